import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { issueCodes, notDeliverableYet, parseAppToml } from "../index.ts";

const page = readFileSync(new URL("../../../../docs/reference/app-toml-issues.md", import.meta.url), "utf8");

/** The page's entries: code, what it means, the file that gives it, the file that is right. */
const entries = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [code = "", meaning = ""] = section.split("\n\n");
    const [broken = "", cured = ""] = [...section.matchAll(/^```toml\n(.*?)^```$/gms)].map(([, toml = ""]) =>
      expanded(toml),
    );
    return { code, meaning, section, broken, cured };
  });

/** Some problems need more lines than anybody wants to read. */
function expanded(toml: string): string {
  return toml.replace(/^(.*\n)\s*# \.\.\. the line above (\d+) times$/m, (_, line: string, times: string) =>
    line.repeat(Number(times) + 1).trimEnd(),
  );
}

/** What is said about a file on a platform with two environments, beside `rpc/pay.brief` where that is the subject. */
function codesOf(toml: string, code: string): readonly string[] {
  const parsed = parseAppToml(toml, {
    environments: ["prod", "staging"],
    isReserved: (name) => name === "default",
    contracts: code === "contract-without-dependency" ? ["pay.brief"] : [],
  });
  const issues = parsed.ok ? notDeliverableYet(parsed.value, "prod") : parsed.issues;
  return issues.map((issue) => issue.code);
}

for (const { code, meaning, section, broken, cured } of entries) {
  test(`the page's examples of ${code}`, () => {
    assert.equal(meaning, issueCodes[code]);
    assert.match(section, /\n\*\*Cause\*\*: .+\n\n\*\*Cure\*\*: /);
    assert.deepEqual([...new Set(codesOf(broken, code))], [code]);
    // A contract is right, and cannot be delivered yet.
    assert.deepEqual(
      codesOf(cured, code).filter((one) => one !== "not-deliverable-yet" || code === one),
      [],
    );
  });
}

test("the page, the list of codes and the source have the same codes, in order", () => {
  const codes = Object.keys(issueCodes);
  assert.deepEqual(codes, codes.toSorted());
  assert.deepEqual(
    entries.map(({ code }) => code),
    codes,
  );
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const sources = globSync("**/*.ts", { cwd: folder }).filter((file) => !/\.test\.ts$|^profile\//.test(file));
  const used = sources.flatMap((file) =>
    [...readFileSync(`${folder}/${file}`, "utf8").matchAll(/\bcode: (?!string)(.*)/g)].flatMap(([, value = ""]) =>
      [...value.matchAll(/"([a-z]+(?:-[a-z]+)*)"(?=[ ,]|$)/g)].map(([, code = ""]) => code),
    ),
  );
  const ofZod = new Set(["custom", "text"]);
  assert.deepEqual([...new Set(used)].filter((code) => !ofZod.has(code)).toSorted(), codes);
});
