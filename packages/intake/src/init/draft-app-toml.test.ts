import assert from "node:assert/strict";
import { test } from "node:test";
import { reservedNamespace } from "@fairway/manifests";
import { formatToml, parseAppToml } from "@fairway/spec";
import fc from "fast-check";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { anyFolder } from "../testing/any-folder.ts";
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

test("whatever lies in a folder: what is written is valid, formatted, and the same each time", () => {
  fc.assert(
    fc.property(anyFolder, (facts) => {
      const draft = draftAppToml(facts);
      if (draft.kind === "folders") return assert.ok(draft.services.length > 0);
      const parsed = parseAppToml(draft.text, { isReserved: reservedNamespace });
      assert.ok(parsed.ok, `${JSON.stringify(parsed)}\n${draft.text}`);
      assert.deepEqual(formatToml(draft.text), { ok: true, text: draft.text });
      assert.equal(draftAppToml(facts).kind === "service" ? shown(facts) : "", draft.text);
      return;
    }),
    { numRuns: 400 },
  );
});

test("no value of a secret is written down", () => {
  for (const [, facts] of folderCases()) assert.doesNotMatch(shown(facts), /hunter2|correct-horse|AKIA/);
});
