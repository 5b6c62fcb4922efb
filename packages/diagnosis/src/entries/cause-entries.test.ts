import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { causeEntries, causeEntry } from "../index.ts";

const file = new URL("../../../../docs/reference/diagnosis.md", import.meta.url);

const introduction = `# Why a release does not work

What Fairway says when a rollout is refused or fails, or a service is not well, by the code that stands behind each line in brackets. \`fairway explain
<code>\` prints an entry, without a server.

Each cause is one of three: *fatal*, waiting cannot help; *likely*, this is what is wrong, and it may still heal; *transient*, normal for now, told as what is
being waited for. A rollout is given up early only when every new pod of a cluster has a fatal one. A symptom never stands where a cause is known.

This page is written from \`packages/diagnosis/src/entries\`.
`;

test("the page is what the entries say", () => {
  const entries = Object.entries(causeEntries).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const sections = entries.map(
    ([code, { meaning, cause, cure }]) => `\n## ${code}\n\n${meaning}\n\n**Cause**: ${cause}\n\n**Cure**: ${cure}\n`,
  );
  const page = introduction + sections.join("");
  // `UPDATE_GOLDENS=1 node --test ...` writes it.
  if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(file, page);
  assert.equal(readFileSync(file, "utf8"), page);
});

test("an entry is found however its code is written", () => {
  assert.equal(causeEntry("crashloop")?.code, "CrashLoop");
  assert.equal(causeEntry("CrashLoop")?.meaning, "The program ends again and again.");
  assert.equal(causeEntry("constructor"), undefined);
});
