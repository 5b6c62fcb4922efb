import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { formatDocuments } from "./index.ts";

/** A ConfigMap, whose data may have any shape here. */
const holding = (data: unknown) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held" }, data });

function readBack(text: string, version: "1.1" | "1.2"): readonly unknown[] {
  return parseAllDocuments(text, { version }).map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings], []);
    return document.toJS();
  });
}

function assertReadBack(...values: readonly unknown[]): void {
  const objects = values.map(holding);
  const text = formatDocuments(objects);
  // As JSON: what has no value is left out, and minus zero is zero.
  const expected: unknown = JSON.parse(JSON.stringify(objects));
  for (const version of ["1.1", "1.2"] as const) assert.deepEqual(readBack(text, version), expected, text);
}

/** Pieces of text that some parser takes for syntax, or for something else than text. */
const piece = fc.constantFrom(
  ..."yes No on Off y n true NULL ~ = << .inf -.NaN + - . : , 0 1 012 0x1F 0o17 0b1 1e3 1_000 12:30:00 2026-11-27 T00:00:00Z".split(
    " ",
  ),
  ..." \n \r \t # : - ? , & * ! | > ' \" % @ ` { } [ ] --- ... \\ \0 \x7f \x85 \xa0 \xad \u2028 \u2029 \u200b \u202e \ufeff \ufffd ż 🐢 e x".split(
    " ",
  ),
  " ",
  "  ",
);
const text = fc
  .oneof(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }).map((any) => any.toWellFormed()),
  )
  // The library's YAML 1.1 makes NaN of a plain "."; kubectl and Helm do not.
  .filter((any) => any !== ".");
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(null, true, false, undefined),
    fc.array(
      tie("value").map((value) => value ?? null),
      { maxLength: 4 },
    ),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
}));

test("parsers of YAML 1.1 and 1.2 read back any value, among other documents", () => {
  fc.assert(
    fc.property(fc.array(json.value, { minLength: 1, maxLength: 3 }), (values) => assertReadBack(...values)),
    {
      numRuns: 1_000,
    },
  );
});

const kubectl =
  process.env["KUBECTL"] ?? fileURLToPath(new URL("../../../node_modules/.cache/fairway/kubectl", import.meta.url));
const skip = existsSync(kubectl) ? false : "no kubectl: node scripts/fetch-kubectl.ts";

test("kubectl reads back any text", { skip }, () => {
  const data = Object.fromEntries(fc.sample(text, 3_000).map((any, at) => [`key-${at}`, any]));
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", annotations: data }, data };
  const answer = execFileSync(kubectl, ["label", "--local", "-f", "-", "-o", "json", "read=back"], {
    input: formatDocuments([object]),
    encoding: "utf8",
    maxBuffer: 100_000_000,
  });
  const read: typeof object = JSON.parse(answer);
  assert.deepEqual([read.data, read.metadata.annotations], [data, data]);
});

test("long keys and long texts are read back", () => {
  assertReadBack({ ["k".repeat(3000)]: { inner: "x".repeat(100_000) }, [`${"ü: ".repeat(900)}`]: ["a"] });
});

test("what can be read stays plain", () => {
  const data = {
    COMMAND: "node .",
    CRON: "0 3 * * *",
    FLAGS: "-c --port=8080",
    HASH: "0af5b9d25230",
    IMAGE: "registry.example.com:5000/team/app@sha256:9f2c",
    LINES: "first\n\n  # second: {}\n",
    LIST: ["-c", ".", [1, 2], []],
    MEMORY: "128Mi",
    NAME: "żółw 🐢",
    NO_END: "a\nb",
    VERSION: "1.2.3-rc.1",
  };
  assert.equal(
    formatDocuments([holding(data)]),
    `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: held
data:
  COMMAND: node .
  CRON: 0 3 * * *
  FLAGS: -c --port=8080
  HASH: 0af5b9d25230
  IMAGE: registry.example.com:5000/team/app@sha256:9f2c
  LINES: |
    first

      # second: {}
  LIST:
    - -c
    - .
    - - 1
      - 2
    - []
  MEMORY: 128Mi
  NAME: żółw 🐢
  NO_END: |-
    a
    b
  VERSION: 1.2.3-rc.1
`,
  );
});

test("what a parser could take for something else is quoted", () => {
  const others =
    "yes|On|n|~|null|True|012|0x1|0o7|1e3|1_000|.5|12:30:00|2026-11-27|=|<<|---| a|a |*a|&a|# a|a # b|a: b|a:|- a|".split(
      "|",
    );
  const lines = formatDocuments([holding(others)])
    .split("\n")
    .slice(6, -1);
  assert.deepEqual(
    lines,
    others.map((other) => `  - ${JSON.stringify(other)}`),
  );
  assert.match(formatDocuments([holding("a\u202eb\u0085")]), /"a\\u202eb\\u0085"/);
});
