import { type FolderFacts, textOf } from "../folder/folder-facts.ts";
import { isComment, sourceFiles } from "../folder/source-files.ts";
import type { Origin } from "./guess.ts";

/** A path for Prometheus, where there is a client for it and the path. */
export function metricsOrigin(facts: FolderFacts): Origin["metrics"] {
  const asked = ["package.json", "go.mod", "requirements.txt", "pyproject.toml", "composer.json"];
  if (!asked.some((file) => /prom(-client|etheus)/i.test(textOf(facts, file) ?? ""))) return undefined;
  for (const { path, language, lines } of sourceFiles(facts))
    for (const [at, line] of lines.entries())
      if (!isComment(line, language) && /["'`]\/metrics["'`]/.test(line))
        return { value: "/metrics", reason: `${path}:${at + 1}` };
  return undefined;
}
