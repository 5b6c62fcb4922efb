import type { FolderFacts } from "../folder/folder-facts.ts";
import { isComment, sourceFiles } from "../folder/source-files.ts";
import type { Guess, Origin } from "./guess.ts";

const route =
  /["'`](\/(?:[\w-]+\/){0,2}(?:_?health(?:z|check|-check)?|_?status|ready|readyz|readiness|alive|live|livez|liveness|ping|up|heartbeat))\/?["'`]/;
const readiness = /\/(ready|readyz|readiness)$/;
const liveness = /\/(alive|live|livez|liveness)$/;
const health = /\/_?health(z|check|-check)?$/;

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

/** Which of them say "give me requests" and "I am alive". */
export function healthOrigin(facts: FolderFacts): Pick<Origin, "ready" | "live"> {
  const paths = healthPaths(facts);
  const pick = (pattern: RegExp) => paths.find(({ path }) => pattern.test(path));
  const ready = pick(readiness) ?? pick(health) ?? pick(/\/(up|ping|heartbeat|_?status)$/);
  const live = pick(liveness) ?? (ready !== undefined && readiness.test(ready.path) ? pick(health) : undefined);
  const told = (found: FoundPath): Guess<string> => ({ value: found.path, reason: `${found.file}:${found.line}` });
  return {
    ...(ready === undefined ? {} : { ready: told(ready) }),
    ...(live === undefined ? {} : { live: told(live) }),
  };
}

/** The path in `curl -f http://localhost:3000/health || exit 1`. */
export function pathInHealthCommand(command: string, reason: string): Guess<string> | undefined {
  const path = /https?:\/\/[^/\s"',]+(\/[^\s"',\])]*)/.exec(command)?.[1];
  return path === undefined || path === "/" ? undefined : { value: path, reason };
}
