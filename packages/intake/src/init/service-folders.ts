import type { FolderFacts } from "../folder/folder-facts.ts";
import { asTable, textIn } from "../folder/json-file.ts";

export interface ServiceFolder {
  readonly path: string;
  /** What makes it look like a service. */
  readonly reason: string;
}

const manifests = new Map<string, (text: string) => string | undefined>([
  ["app.toml", () => "has an app.toml"],
  ["Dockerfile", () => "Dockerfile"],
  ["Procfile", () => "Procfile"],
  ["go.mod", () => "go.mod"],
  ["composer.json", () => "composer.json"],
  ["requirements.txt", () => "requirements.txt"],
  ["pyproject.toml", () => "pyproject.toml"],
  ["package.json", startOfPackage],
]);

function startOfPackage(text: string): string | undefined {
  try {
    const start = textIn(asTable(asTable(JSON.parse(text))["scripts"]), "start");
    return start === undefined ? undefined : `starts with "${start}"`;
  } catch {
    return undefined;
  }
}

/** Folders one or two steps down that look like services, by name. Libraries, which start nothing, are not among them. */
export function serviceFolders(facts: FolderFacts): readonly ServiceFolder[] {
  const found = new Map<string, string>();
  for (const [name, reasonOf] of manifests)
    for (const { path, text } of facts.files) {
      const parts = path.split("/");
      if (parts.at(-1) !== name || parts.length < 2 || parts.length > 3) continue;
      const folder = parts.slice(0, -1).join("/");
      if (/(^|\/)(examples?|tests?|testdata|fixtures?|docs?|docker|\.\w+)(\/|$)/.test(folder)) continue;
      const reason = found.has(folder) ? undefined : reasonOf(text ?? "");
      if (reason !== undefined) found.set(folder, reason);
    }
  const folders = [...found].map(([path, reason]) => ({ path, reason }));
  return folders
    .filter(({ path }) => !folders.some((other) => path.startsWith(`${other.path}/`)))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
