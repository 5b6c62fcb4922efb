import type { FolderFacts } from "./folder-facts.ts";
import { isComment, type Language, sourceFiles } from "./source-files.ts";

/** A variable of the environment that the program reads. */
export interface VariableUse {
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** True when the program goes on without it. */
  readonly optional: boolean;
}

/** Each finds a name in group 1, and in group 2 what shows that there is a value to fall back on. */
const reads: Readonly<Record<Language, readonly RegExp[]>> = {
  javascript: [
    /\b(?:process|Bun)\.env\.([A-Za-z_]\w*)(\s*(?:\|\||\?\?))?/g,
    /\bprocess\.env\[["'](\w+)["']\](\s*(?:\|\||\?\?))?/g,
    /\bDeno\.env\.get\(["'](\w+)["']\)(\s*(?:\|\||\?\?))?/g,
  ],
  golang: [/\bos\.(?:Getenv|LookupEnv)\("(\w+)"()/g],
  python: [
    /\bos\.environ\[["'](\w+)["']\]()(?!\s*=[^=])/g,
    /\bos\.environ\.get\(\s*["'](\w+)["'](\s*,)?/g,
    /\bos\.getenv\(\s*["'](\w+)["'](\s*,)?/g,
    /\benviron\.get\(\s*["'](\w+)["'](\s*,)?/g,
  ],
  php: [
    /\bgetenv\(\s*["'](\w+)["']\s*\)(\s*\?:)?/g,
    /\$_(?:ENV|SERVER)\[["']([A-Z]\w*)["']\](\s*\?\?)?/g,
    /\benv\(\s*["'](\w+)["'](\s*,)?/g,
  ],
};
const destructured = /\{([^{}]*)\}\s*=\s*process\.env\b/;

/** Set by the machine, the shell or the platform: nobody configures them. */
const given =
  /^(PORT|HOME|PATH|PWD|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TERM|TMPDIR|TEMP|TMP|HOSTNAME|CI|NO_COLOR|FORCE_COLOR|npm_\w+|SERVICE_\w+|FAIRWAY_\w+|KUBERNETES_\w+|HTTP_\w+|REQUEST_\w+|REMOTE_\w+|SERVER_\w+|SCRIPT_\w+|DOCUMENT_ROOT|QUERY_STRING|PHP_SELF|GOPATH|GOMAXPROCS|PYTHON\w+|VIRTUAL_ENV|WERKZEUG_RUN_MAIN)$/;

/** What must not be read by everybody, going by its name. */
export function looksSecret(name: string): boolean {
  return (
    /(^|_)(PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|TOKEN|APIKEY|KEY|CREDENTIALS?|SALT|DSN)(_|$)/i.test(name) &&
    !/(^|_)(PUBLIC|MAX|MIN|TTL|EXPIRY|EXPIRES|EXPIRATION|LIFETIME|HEADER|NAME|FILE|PATH|URL|LENGTH|PREFIX|ROUNDS|ID|TIMEOUT|LIMIT|AUDIENCE|ISSUER)(_|$)/i.test(
      name,
    )
  );
}

/** Variables that the program reads, each once, where it is read first. */
export function variablesOf(facts: FolderFacts): readonly VariableUse[] {
  const found = new Map<string, VariableUse>();
  const add = (name: string, file: string, line: number, optional: boolean) => {
    if (!/^[A-Z_][A-Z0-9_]{0,127}$/.test(name) || given.test(name)) return;
    const known = found.get(name);
    if (known === undefined) found.set(name, { name, file, line, optional });
    else if (known.optional && !optional) found.set(name, { ...known, optional });
  };
  for (const { path, language, lines } of sourceFiles(facts))
    for (const [at, line] of lines.entries()) {
      if (isComment(line, language)) continue;
      for (const pattern of reads[language])
        for (const [, name = "", fallback] of line.matchAll(pattern)) add(name, path, at + 1, (fallback ?? "") !== "");
      if (language !== "javascript") continue;
      for (const one of destructured.exec(line)?.[1]?.split(",") ?? [])
        add(one.split(/[:=]/)[0]?.trim() ?? "", path, at + 1, one.includes("="));
    }
  return [...found.values()];
}

/** Variables that the platform or the machine sets, whatever app.toml says. */
export function isGiven(name: string): boolean {
  return given.test(name);
}
