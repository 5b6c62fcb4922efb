import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinProfile, parseAppToml } from "@fairway/spec";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { manifestCases, sha256 } from "../testing/manifest-cases.ts";
import { formatReport } from "./format-report.ts";
import { type ImportResult, importManifests } from "./import-manifests.ts";
import { isFields } from "./json-fields.ts";
import { renderService } from "./render-service.ts";

const files = manifestCases().flatMap(([, inputs]) => inputs.flatMap((input) => input.files));
const documents: readonly unknown[] = files.flatMap(({ text }) =>
  parseAllDocuments(text).map((document): unknown => document.toJS()),
);

const imported = (...texts: readonly string[]): ImportResult =>
  importManifests([{ environment: undefined, files: texts.map((text, index) => ({ name: `${index}.yaml`, text })) }], {
    sha256,
  });

/** What holds of every import, whatever came in. */
function assertSound(result: ImportResult): void {
  assert.ok(!formatReport(result).includes("undefined"));
  for (const { name, appToml } of result.services) {
    const parsed = parseAppToml(appToml);
    assert.ok(parsed.ok, `${appToml}\n${JSON.stringify(parsed)}`);
    assert.equal(parsed.value.name, name);
    const place = { environment: "prod", profile: builtinProfile, sha256, extras: [] };
    const rendered = renderService(appToml, place);
    assert.ok(rendered.ok, JSON.stringify(rendered));
  }
}

/** One place of a value changed: taken away, or something else in it. */
function mutated(value: unknown, at: number, replacement: unknown): unknown {
  let count = 0;
  const walk = (one: unknown): unknown => {
    if (count++ === at) return replacement;
    if (Array.isArray(one)) return one.map(walk).filter((item) => item !== undefined);
    if (!isFields(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value);
}

const odd = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.constantFrom<unknown>(
    "",
    "x",
    0,
    -1,
    70_000,
    1.5,
    true,
    [],
    {},
    [null],
    [[]],
    { name: null },
    "\u0000",
    "a b",
    "A_B",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

test("whatever is wrong in manifests, nothing throws, and what is written parses and renders", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...documents), fc.nat(60), odd), { minLength: 1, maxLength: 6 }),
      (parts) => {
        assertSound(
          imported(
            ...parts.map(([document, at, replacement]) => JSON.stringify(mutated(document, at, replacement)) ?? ""),
          ),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test("whatever the text, every problem has a place, and nothing throws", () => {
  const text = fc
    .tuple(fc.constantFrom(...files.map((file) => file.text)), fc.nat(), fc.string({ maxLength: 5 }), fc.nat(20))
    .map(([whole, at, put, cut]) => {
      const here = at % (whole.length + 1);
      return whole.slice(0, here) + put + whole.slice(here + cut);
    });
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (one) => {
      const result = imported(one);
      for (const { line, column, message } of result.issues) assert.ok(line >= 1 && column >= 1 && message !== "");
      assertSound(result);
    }),
    { numRuns: 150 },
  );
});

test("no value of a secret is in what an import writes or says", () => {
  const marker = "c2VjcmV0LXZhbHVl";
  const hidden = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const variable = { name: "ADMIN_PASSWORD", value: marker };
      const isEnv = value.some(
        (item) => isFields(item) && typeof item["name"] === "string" && ("value" in item || "valueFrom" in item),
      );
      return [
        ...value.map(hidden),
        ...(isEnv ? [variable, { name: "DSN", value: `mysql://u:${marker}@db:3306/x` }] : []),
      ];
    }
    if (!isFields(value)) return value;
    const isSecret = value["kind"] === "Secret";
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        isSecret && (key === "data" || key === "stringData") && isFields(inner)
          ? Object.fromEntries(Object.keys(inner).map((name) => [name, marker]))
          : hidden(inner),
      ]),
    );
  };
  for (const document of documents) {
    const result = imported(JSON.stringify(hidden(document)));
    assert.ok(!JSON.stringify(result).includes(marker), JSON.stringify(document));
    assert.ok(!formatReport(result).includes(marker));
  }
  const all = imported(...documents.map((document) => JSON.stringify(hidden(document))));
  assert.ok(!JSON.stringify(all).includes(marker));
});

test("the same objects give the same bytes, in whatever order they come", () => {
  for (const [name, [input]] of manifestCases()) {
    if (input === undefined) continue;
    const once = importManifests([input], { sha256 });
    assert.deepEqual(importManifests([input], { sha256 }), once, name);
    const reversed = importManifests([{ ...input, files: input.files.toReversed() }], { sha256 });
    assert.deepEqual(
      reversed.services.map((one) => one.name).toSorted(),
      once.services.map((one) => one.name).toSorted(),
    );
  }
});
