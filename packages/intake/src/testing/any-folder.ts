import fc from "fast-check";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { folderCases } from "./golden.ts";

const goldens = folderCases();
const texts = goldens.flatMap(([, { files }]) => files.flatMap(({ text }) => (text === undefined ? [] : [text])));
const paths = [
  ...new Set(goldens.flatMap(([, { files }]) => files.map(({ path }) => path))),
  ".nvmrc",
  "Makefile",
  "Pipfile",
  "go.work",
  "compose.yaml",
  "README",
];
const wild = fc.string({ unit: "binary", maxLength: 60 });
const hostile = fc.oneof(
  fc.constantFrom(...texts),
  wild,
  fc.tuple(fc.constantFrom(...texts), fc.nat(), wild).map(([text, at, some]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + some + text.slice(place);
  }),
  fc
    .record({ name: wild, description: wild, main: wild, start: wild, node: wild })
    .map(({ name, description, main, start, node }) =>
      JSON.stringify({ name, description, main, scripts: { start }, engines: { node }, dependencies: { pg: "*" } }),
    ),
  fc
    .tuple(wild, wild)
    .map(([key, value]) => `web: ${key}\n${key}=${value}\nexport A_${value}=${key}\nmodule ${key}\n* @${value}`),
  fc.tuple(wild, wild, wild).map(([a, b, c]) =>
    JSON.stringify({
      services: {
        [a]: { build: ".", command: b, environment: { [b]: c, X_KEY: a } },
        [b]: { image: "redis" },
        [c]: { image: a },
      },
    }),
  ),
);
/** Folders of the cases' files and of damaged ones, in any mixture. */
export const anyFolder: fc.Arbitrary<FolderFacts> = fc.record({
  name: fc.oneof(wild, fc.constantFrom("default", "kube-system", "2024", "")),
  files: fc.uniqueArray(fc.record({ path: fc.constantFrom(...paths), size: fc.nat(), text: hostile }), {
    selector: ({ path }) => path,
    maxLength: 12,
  }),
  truncated: fc.boolean(),
});
