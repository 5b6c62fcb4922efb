import { type FolderFacts, textOf } from "../folder/folder-facts.ts";
import { type Guess, guess, type Origin } from "./guess.ts";
import { versionIn } from "./names.ts";

/** A Go service: go.mod, and where its `package main` lies. */
export function golangOrigin(facts: FolderFacts): Origin | undefined {
  const module = textOf(facts, "go.mod");
  if (module === undefined) return undefined;
  const path = /^module\s+(\S+)/m.exec(module)?.[1] ?? "";
  const name = path
    .replace(/\/v\d+$/, "")
    .split("/")
    .at(-1);
  const mains = mainFolders(facts);
  const chosen = mains.includes("") ? "" : (mains.find((one) => one.endsWith(`/${name}`)) ?? mains[0]);
  const others = mains.filter((one) => one !== chosen && one !== "");
  const build: Guess<string> | undefined =
    chosen === undefined || chosen === ""
      ? undefined
      : { value: `CGO_ENABLED=0 go build -o app ./${chosen}`, reason: `package main is in ${chosen}` };
  return {
    name: guess(name, "the module in go.mod"),
    engine: { value: "golang", reason: "go.mod" },
    version: guess(versionIn(/^go\s+(\S+)/m.exec(module)?.[1] ?? "", 2), "go.mod"),
    build,
    notes: [
      ...(mains.length === 0 ? [{ table: "build", text: "no package main was found: what is to be built?" }] : []),
      ...(others.length === 0
        ? []
        : [{ table: "build", text: `other programs: ${others.join(", ")}; each that serves is a service of its own` }]),
    ],
  };
}

function mainFolders(facts: FolderFacts): readonly string[] {
  const folders = facts.files
    .filter(({ path, text }) => /\.go$/.test(path) && !/_test\.go$/.test(path) && /^package main\b/m.test(text ?? ""))
    .map(({ path }) => path.split("/").slice(0, -1).join("/"));
  return [...new Set(folders)]
    .filter((folder) => !/(^|\/)(examples?|testdata|tools?|scripts?)(\/|$)/.test(folder))
    .toSorted();
}
