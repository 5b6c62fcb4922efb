import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { hatchCodes, hatchIssues, parseExtraObjects } from "../index.ts";
import { inputsOf, sha256 } from "../render/testing/inputs.ts";

const page = readFileSync(new URL("../../../../docs/reference/kubernetes-issues.md", import.meta.url), "utf8");
const entries = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [code = "", meaning = ""] = section.split("\n\n");
    const examples = [...section.matchAll(/^```(toml|yaml)\n(.*?)^```$/gms)].map(([, language, text = ""]) =>
      language === "toml"
        ? { appToml: text, files: {} }
        : { appToml: 'name = "user"\n', files: { "x.yaml": spelledOut(text) } },
    );
    return { code, meaning, section, examples };
  });

/** Where an example ends in `# ... and so on, up to tenant-101`, all the documents that it means. */
function spelledOut(text: string): string {
  const [line, name, last] = /^# \.\.\. and so on, up to (\S+)-(\d+)\n/m.exec(text) ?? [];
  if (line === undefined) return text;
  return Array.from({ length: Number(last) }, (_, at) =>
    text.replace(line, "").replace(`${name}-1`, `${name}-${at + 1}`),
  ).join("---\n");
}

async function codesOf({ appToml, files }: (typeof entries)[number]["examples"][number]): Promise<readonly string[]> {
  const parsed = await parseExtraObjects(files);
  if (!parsed.ok) return parsed.issues.map(({ code }) => code);
  const inputs = { ...inputsOf(appToml, "prod"), extras: parsed.objects };
  return hatchIssues(inputs, sha256, { appToml, extraPlaces: parsed.places }).map(({ code }) => code);
}

for (const { code, meaning, section, examples } of entries) {
  test(`the page's examples of ${code}`, async () => {
    assert.equal(meaning, hatchCodes[code]);
    assert.match(section, /\n\*\*Cause\*\*: .+\n\n\*\*Cure\*\*: /);
    const [broken, cured] = examples;
    assert.ok(broken && cured && examples.length === 2);
    assert.deepEqual([...new Set(await codesOf(broken))], [code]);
    assert.deepEqual(await codesOf(cured), []);
  });
}

test("the page, the list of codes and the source have the same codes, in order", () => {
  const codes = Object.keys(hatchCodes);
  assert.deepEqual(codes, codes.toSorted());
  assert.deepEqual(
    entries.map(({ code }) => code),
    codes,
  );
  const folder = new URL("./", import.meta.url);
  const sources = readdirSync(folder).filter((file) => !file.endsWith(".test.ts") && file !== "hatch-codes.ts");
  const text = sources.map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n");
  const used = [...text.matchAll(/(?:\bcode: |\bissue\(\s*)"([a-z-]+)"/g)].map(([, code]) => code);
  const ofFields = ["unknown-field", "wrong-type", "missing-field"];
  assert.deepEqual([...new Set([...used, ...ofFields])].toSorted(), codes);
});
