import type { FolderFacts } from "./folder-facts.ts";
import { isComment, sourceFiles } from "./source-files.ts";

const route =
  /["'`](\/(?:[\w-]+\/){0,2}(?:_?health(?:z|check|-check)?|_?status|ready|readyz|readiness|alive|live|livez|liveness|ping|up|heartbeat))\/?["'`]/;

export interface FoundPath {
  readonly path: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Paths that look like answers to "are you well", where the program names them. */
export function healthPaths(facts: FolderFacts): readonly FoundPath[] {
  const found = new Map<string, FoundPath>();
  for (const { path: file, language, lines } of sourceFiles(facts))
    for (const [at, line] of lines.entries()) {
      const path = isComment(line, language) ? undefined : route.exec(line)?.[1];
      // A whole address is somebody else's.
      if (path !== undefined && !found.has(path) && !line.includes(`://`))
        found.set(path, { path, file, line: at + 1 });
    }
  return [...found.values()];
}
