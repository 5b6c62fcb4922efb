import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseAppToml, specFor } from "@fairway/spec";
import { parse } from "yaml";
import { wantsText } from "../../folder/wanted-text.ts";
import { checkFolder, rules } from "../check-folder.ts";
import type { Finding } from "../finding.ts";

interface Case {
  readonly js?: string;
  readonly py?: string;
  readonly go?: string;
  readonly php?: string;
  readonly file?: string;
  readonly text?: string;
  readonly size?: number;
  readonly app?: string;
  readonly owner?: boolean;
  readonly severity?: string;
}

const engines = { js: "node", py: "python", go: "golang", php: "php" } as const;
const byFile: Readonly<Record<string, string>> = {
  "requirements.txt": "python",
  "go.mod": "golang",
  "composer.json": "php",
};

/** What is found in a folder of one file and an app.toml around it. */
function findingsOf(one: Case, code: string): readonly Finding[] {
  const language = (["js", "py", "go", "php"] as const).find((key) => one[key] !== undefined);
  const path = language === undefined ? one.file : `server.${language}`;
  const text = language === undefined ? (one.text ?? "") : (one[language] ?? "");
  const engine = language === undefined ? (byFile[one.file ?? ""] ?? "node") : engines[language];
  const own = one.app ?? "";
  const name = one.owner === false ? 'name = "x"' : 'name = "x"\nowner = "team"';
  const run = engine === "python" || engine === "php" ? 'run.command = "serve"\n' : "";
  const appToml = `${name}\n${own.includes("[engine]") || own.startsWith("[") ? "" : `engine.name = "${engine}"\n${run}`}${own}\n`;
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok, `${JSON.stringify(parsed)}\n${appToml}`);
  const size = one.size ?? text.length;
  const files = path === undefined ? [] : [{ path, size, ...(wantsText(path, size) ? { text } : {}) }];
  return checkFolder(
    { name: "x", files, truncated: false },
    { spec: specFor(parsed.value, "prod"), appToml, today: "2026-11-27" },
  ).filter(({ rule }) => rule === code);
}

for (const { code, severity } of rules.filter((rule) => rule.code !== "no-app-toml")) {
  const cases: { finds: readonly Case[]; passes: readonly Case[] } = parse(
    readFileSync(new URL(`../../../testdata/rules/${code}.yaml`, import.meta.url), "utf8"),
  );
  test(`${code}: finds what it is for`, () => {
    assert.ok(cases.finds.length > 0);
    for (const one of cases.finds) {
      const found = findingsOf(one, code);
      assert.ok(found.length > 0, `not found: ${JSON.stringify(one)}`);
      for (const finding of found) {
        // Of the port of root and of what an engine's age is, the severity is that of the case.
        assert.equal(finding.severity, one.severity ?? severity, JSON.stringify(one));
        assert.ok(finding.why.length > 20 && finding.advice.length > 5);
        const { place } = finding;
        if (place?.line === undefined) continue;
        assert.ok(place.column !== undefined && place.column >= 1 && (place.length ?? 0) >= 1);
        assert.doesNotMatch(place.excerpt ?? "", /hunter2|s3cr3t|9f8e7d|horse|Winter2024|IOSFODNN7|abcdefgh1234/);
      }
    }
  });
  test(`${code}: lets alone what is fine`, () => {
    assert.ok(cases.passes.length > 0);
    for (const one of cases.passes)
      assert.deepEqual(
        findingsOf(one, code).map(({ message, place }) => [message, place]),
        [],
        JSON.stringify(one),
      );
  });
}
