import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAppToml, specFor } from "@fairway/spec";
import fc from "fast-check";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { draftAppToml } from "../init/draft-app-toml.ts";
import { anyFolder } from "../testing/any-folder.ts";
import { assertGolden, folderCases } from "../testing/golden.ts";
import { checkFolder } from "./check-folder.ts";

/** One line for each finding, and what to do. */
function shown(facts: FolderFacts, appToml: string, hasFile: boolean): string {
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok);
  const findings = checkFolder(facts, {
    spec: specFor(parsed.value, "prod"),
    appToml: hasFile ? appToml : undefined,
    today: "2026-11-27",
  });
  return findings
    .map(({ severity, rule, message, place, advice }) => {
      const where = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(":");
      const excerpt = place?.excerpt === undefined ? "" : `        ${place.excerpt}\n`;
      return `${severity.padEnd(6)}  ${rule}${where === "" ? "" : `  ${where}`}\n        ${message}\n${excerpt}        do: ${advice}\n`;
    })
    .join("");
}

for (const [name, facts] of folderCases()) {
  const draft = draftAppToml(facts);
  const text = draft.kind === "service" ? draft.text : 'name = "roof"\n';
  test(`${name}: what it lacks without an app.toml`, () => {
    assertGolden(name, "expected.txt", shown(facts, text, false));
  });
}

test("a folder that does everything right: nothing is said", () => {
  const appToml = `name = "greeter"
owner = "front-desk"
engine = { name = "node", version = "24" }
health.ready = "/healthz"
`;
  const server = `import { createServer } from "node:http";
const server = createServer((request, response) => response.end("hi"));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;
  const files = [
    { path: "app.toml", size: appToml.length, text: appToml },
    { path: "index.js", size: server.length, text: server },
  ];
  assert.equal(shown({ name: "greeter", files, truncated: false }, appToml, true), "");
});

test("no finding shows a secret's value", () => {
  for (const [, facts] of folderCases()) {
    const text = shown(facts, 'name = "x"\n', false);
    assert.doesNotMatch(text, /hunter2|correct-horse|IOSFODNN7/);
  }
});

test("whatever lies in a folder: each finding has a place that is there, a reason and a cure", () => {
  const parsed = parseAppToml('name = "x"\n');
  assert.ok(parsed.ok);
  const spec = specFor(parsed.value, "prod");
  fc.assert(
    fc.property(anyFolder, fc.constantFrom("node", "golang", "python", "php", "image"), (facts, name) => {
      const options = {
        spec: { ...spec, engine: { ...spec.engine, name } },
        appToml: undefined,
        today: "2026-11-27",
      } as const;
      for (const { place, why, advice, message } of checkFolder(facts, options)) {
        assert.ok(message !== "" && why !== "" && advice !== "");
        if (place?.line === undefined) continue;
        const line = facts.files.find(({ path }) => path === place.file)?.text?.split(/\r?\n/)[place.line - 1];
        assert.ok(line !== undefined, `line ${place.line} of ${place.file}`);
        assert.ok((place.column ?? 0) >= 1 && (place.column ?? 0) <= line.length + 1);
      }
    }),
    { numRuns: 300 },
  );
});
