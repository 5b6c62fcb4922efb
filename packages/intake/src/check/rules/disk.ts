import { hitsInLines, type Rule } from "../rule.ts";

/** Paths that are gone with the pod, as everybody knows who writes there. */
const temporary =
  /tmpdir\(\)|TMPDIR|TempDir|tempfile|mkdtemp|sys_get_temp_dir|["'`(]\/tmp\/|\/dev\/(null|stdout|stderr)|php:\/\//;

export const logsToFiles: Rule = {
  code: "logs-to-files",
  severity: "must",
  message: "writes its log to a file",
  why: "the root is read-only, and nobody reads a file in a pod; Fairway keeps what is written to standard output",
  advice: "write log lines to standard output, one line each",
  find: ({ sources }) => logLines(sources),
};

function logLines(sources: Parameters<typeof hitsInLines>[0]): ReturnType<typeof hitsInLines> {
  return hitsInLines(
    sources,
    {
      javascript: [
        /\btransports\.File\(/,
        /\bnew (\w+\.)?DailyRotateFile\(/,
        /\bpino\.destination\(\s*["'`]/,
        /\btype:\s*["'](file|dateFile)["']\s*,\s*filename\b/,
        /\b(createWriteStream|appendFile|appendFileSync|writeFile|writeFileSync)\([^)]*\.log["'`]/,
      ],
      python: [
        /\b(\w*Rotating|Watched)?FileHandler\(/,
        /\bbasicConfig\([^)]*\bfilename\s*=/,
        /\bopen\([^)]*\.log["']\s*,\s*["'][aw]/,
      ],
      golang: [/\blumberjack\.Logger\{/, /\bos\.(OpenFile|Create)\("[^"]*\.log"/],
      php: [
        /\bnew (\\?\w+\\)*(StreamHandler|RotatingFileHandler)\(/,
        /\berror_log\([^)]*,\s*3\s*,/,
        /\bfile_put_contents\([^)]*\.log["']/,
      ],
    },
    temporary,
  );
}

export const localState: Rule = {
  code: "local-state",
  severity: "must",
  message: "keeps something on the local disk",
  why: "the root is read-only; each pod has a disk of its own, which is gone with it, so two replicas never see the same",
  advice: 'keep it in a storage ([[storages]] with kind = "s3" or "postgresql"); under $TMPDIR when it may be lost',
  find({ sources }) {
    const logs = new Set(logLines(sources).map(({ place }) => `${place.file}:${place.line}`));
    return hitsInLines(
      sources,
      {
        javascript: [
          /\b(?:writeFile|appendFile|createWriteStream|mkdir|copyFile|rename)(?:Sync)?\(\s*["'`](?!\/tmp\b|\/dev\/|\$\{)/,
          /\b(?:writeFile|appendFile|createWriteStream|mkdir)(?:Sync)?\(\s*(?:path\.)?(?:join|resolve)\(\s*(?:__dirname|import\.meta\.dirname|process\.cwd\(\))/,
          /\bmulter\(\s*\{\s*dest:/,
          /\bmulter\.diskStorage\(/,
        ],
        python: [
          /\bopen\(\s*[fr]?["'](?!\/tmp\/|\/dev\/)[^"']+["']\s*,\s*["'][wax]b?\+?/,
          /\bPath\([^)]*\)\.write_(text|bytes)\(/,
          /\bshelve\.open\(/,
          /\bUPLOAD_FOLDER["'\]]*\s*=/,
        ],
        golang: [
          /\bos\.(Create|WriteFile|MkdirAll|Mkdir)\(\s*"/,
          /\bos\.OpenFile\(\s*"[^"]*",[^)]*os\.O_(CREATE|APPEND|WRONLY|RDWR)/,
        ],
        php: [
          /\bfile_put_contents\(\s*(?:__DIR__\s*\.\s*)?["'](?!\/tmp\/)/,
          /\bfopen\(\s*(?:__DIR__\s*\.\s*)?["'](?!\/tmp\/)[^"']*["']\s*,\s*["'][wax]/,
          /\bmove_uploaded_file\(/,
        ],
      },
      temporary,
    ).filter(({ place }) => !logs.has(`${place.file}:${place.line}`));
  },
};

export const localDatabase: Rule = {
  code: "local-database",
  severity: "must",
  message: "has its database in a local file",
  why: "the root is read-only; a file in a pod is gone with it, and each replica would have data of its own",
  advice: 'use a database that is shared: [[storages]] with kind = "postgresql" or "mysql"',
  find: ({ sources }) =>
    hitsInLines(
      sources,
      {
        javascript: [
          /\bnew (?:\w+\.)?(?:Database|DatabaseSync)\(\s*["'`](?!:memory:)/,
          /["'`]sqlite:(?!:memory:|\/\/:memory:)/,
          /\bdialect:\s*["']sqlite["']/,
        ],
        python: [
          /\bsqlite3\.connect\(\s*(?!["']:memory:)/,
          /["']sqlite(\+\w+)?:\/\/\/(?!:memory:)/,
          /django\.db\.backends\.sqlite3/,
        ],
        golang: [/\bsql\.Open\(\s*"sqlite3?"/, /\bsqlite\.Open\(/],
        php: [/["']sqlite:(?!:memory:)/, /\bnew \\?SQLite3\(/],
      },
      /:memory:/,
    ),
};

export const sessionsInMemory: Rule = {
  code: "sessions-in-memory",
  severity: "should",
  message: "keeps sessions in its own memory",
  why: "with two replicas a visitor is signed in at one and not at the other, and every rollout signs everybody out",
  advice: 'give the sessions a store that is shared, for example a [[storages]] with kind = "redis"',
  find: ({ sources }) =>
    hitsInLines(
      sources.filter(({ lines }) => !lines.some((line) => /\bstore\b\s*[:,}]/.test(line))),
      {
        javascript: [/\buse\(\s*(?:express)?[sS]ession\(\s*\{/],
      },
    ),
};
