import assert from "node:assert/strict";
import { test } from "node:test";
import { reservedNamespace } from "@fairway/manifests";
import { parseAppToml } from "@fairway/spec";
import fc from "fast-check";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { assertGolden, folderCases } from "../testing/golden.ts";
import { draftAppToml } from "./draft-app-toml.ts";

/** What `fairway init` would write, or the folders that it would name. */
function shown(facts: FolderFacts): string {
  const draft = draftAppToml(facts);
  if (draft.kind === "service") return draft.text;
  return draft.services.map(({ path, reason }) => `# ${path}: ${reason}\n`).join("");
}

for (const [name, facts] of folderCases())
  test(`${name}: the app.toml that is drafted for it`, () => {
    const text = shown(facts);
    if (draftAppToml(facts).kind === "service") {
      const parsed = parseAppToml(text, { isReserved: reservedNamespace });
      assert.ok(parsed.ok, JSON.stringify(parsed));
    }
    assertGolden(name, "expected.toml", text);
  });

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
const anyFolder: fc.Arbitrary<FolderFacts> = fc.record({
  name: fc.oneof(wild, fc.constantFrom("default", "kube-system", "2024", "")),
  files: fc.uniqueArray(fc.record({ path: fc.constantFrom(...paths), size: fc.nat(), text: hostile }), {
    selector: ({ path }) => path,
    maxLength: 12,
  }),
  truncated: fc.boolean(),
});

test("whatever lies in a folder: what is written is valid, and the same each time", () => {
  fc.assert(
    fc.property(anyFolder, (facts) => {
      const draft = draftAppToml(facts);
      if (draft.kind === "folders") return assert.ok(draft.services.length > 0);
      const parsed = parseAppToml(draft.text, { isReserved: reservedNamespace });
      assert.ok(parsed.ok, `${JSON.stringify(parsed)}\n${draft.text}`);
      assert.equal(draftAppToml(facts).kind === "service" ? shown(facts) : "", draft.text);
      return;
    }),
    { numRuns: 400 },
  );
});

test("no value of a secret is written down", () => {
  for (const [, facts] of goldens) assert.doesNotMatch(shown(facts), /hunter2|correct-horse|AKIA/);
});
