import type { FolderFacts } from "../folder/folder-facts.ts";
import { type FoundPath, healthPaths } from "../folder/health-paths.ts";
import type { Guess, Origin } from "./guess.ts";

const readiness = /\/(ready|readyz|readiness)$/;
const liveness = /\/(alive|live|livez|liveness)$/;
const health = /\/_?health(z|check|-check)?$/;

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
