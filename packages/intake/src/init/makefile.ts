import { type FolderFacts, textOf } from "../folder/folder-facts.ts";
import type { Origin } from "./guess.ts";

/** `make run`, `make start`, `make serve`: what a person types to start it. */
export function makefileOrigin(facts: FolderFacts): Origin["run"] {
  const text = textOf(facts, "Makefile");
  if (text === undefined) return undefined;
  const [, target, line] = /^(start|run|serve):[^\n=]*\n\t@?([^\n]+)/m.exec(text) ?? [];
  if (target === undefined || line === undefined || /\$\(|\b(go run|docker|compose|make)\b/.test(line))
    return undefined;
  return { value: line.trim(), reason: `the target ${target} in Makefile` };
}
