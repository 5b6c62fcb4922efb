import type { FolderFacts } from "./folder-facts.ts";
import { isComment, sourceFiles } from "./source-files.ts";

export interface FoundPort {
  readonly port: number;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const listens: readonly RegExp[] = [
  /\.listen\(\s*(\d{2,5})\b/,
  /\blisten\(\s*\{[^}]*\bport:\s*(\d{2,5})\b/,
  /\bListenAndServe(?:TLS)?\(\s*"[\w.]*:(\d{2,5})"/,
  /\bnet\.Listen\(\s*"tcp\d?",\s*"[\w.]*:(\d{2,5})"/,
  /\bAddr:\s*"[\w.]*:(\d{2,5})"/,
  /\b(?:app\.run|uvicorn\.run|run_simple|serve)\([^)]*\bport\s*=\s*(\d{2,5})\b/,
  /\bHTTPServer\(\s*\(\s*["'][\w.]*["']\s*,\s*(\d{2,5})\b/,
  /\b(?:const|let|var)\s+(?:port|PORT)\s*=\s*(\d{2,5})\s*;?\s*$/,
  /^PORT\s*=\s*(\d{2,5})\s*$/,
];

/** Ports that the program listens on whatever `$PORT` says. */
export function fixedPorts(facts: FolderFacts): readonly FoundPort[] {
  return sourceFiles(facts).flatMap(({ path, language, lines }): readonly FoundPort[] => {
    // Where the file reads $PORT, a number beside it is what it falls back on.
    if (lines.some((line) => /\bPORT\b/.test(line) && /\b(env|environ|getenv|Getenv|LookupEnv|_ENV)\b/.test(line)))
      return [];
    return lines.flatMap((line, at) => {
      if (isComment(line, language)) return [];
      const port = Number(listens.map((pattern) => pattern.exec(line)?.[1]).find((one) => one !== undefined) ?? 0);
      return port > 0 && port < 65_536 ? [{ port, file: path, line: at + 1 }] : [];
    });
  });
}
