import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExtraObjects } from "../index.ts";

const config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: rules\n";

async function objectsOf(files: Readonly<Record<string, string>>) {
  const parsed = await parseExtraObjects(files);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed;
}

test("files are read by name, documents in their order, with their places", async () => {
  const { objects, places } = await objectsOf({
    "b.yaml": config,
    "a.yml": `# first\n---\n${config.replace("rules", "one")}---\n${config.replace("rules", "two")}---\n`,
    "c.json": '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "extra"}}',
  });
  assert.deepEqual(
    objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    ["ConfigMap/one", "ConfigMap/two", "ConfigMap/rules", "Service/extra"],
  );
  assert.equal(places[1]?.file, "kubernetes/a.yml");
  assert.deepEqual(places[1]?.kind, { line: 9, column: 1, length: 4 });
});

test("no files are no objects", async () => {
  assert.deepEqual(await parseExtraObjects({}), { ok: true, objects: [], places: [] });
});

test("what kubectl writes into a new object is no problem, and modes are octal as kubectl reads them", async () => {
  const { objects } = await objectsOf({
    "a.yaml":
      "apiVersion: v1\nkind: Pod\nmetadata: { name: x, creationTimestamp: null }\nspec:\n  containers: [{ name: x }]\n" +
      "  volumes: [{ name: v, secret: { defaultMode: 0644 } }]\nstatus: {}\n",
  });
  const spec = { containers: [{ name: "x" }], volumes: [{ name: "v", secret: { defaultMode: 420 } }] };
  assert.deepEqual(objects, [{ apiVersion: "v1", kind: "Pod", metadata: { name: "x" }, spec }]);
});

const refused: readonly [name: string, text: string, code: string, at: string, message: string][] = [
  ["broken YAML", `${config}data: [1`, "yaml-syntax", "5:9", "Flow sequence in block collection must be"],
  ["a key twice", `${config}kind: Secret\n`, "yaml-syntax", "5:1", "Map keys must be unique"],
  ["a text", "hello", "not-an-object", "1:1", "no Kubernetes object: an object is needed, this is a string"],
  [
    "no name",
    "apiVersion: v1\nkind: Secret\nmetadata: {}\n",
    "not-an-object",
    "3:1",
    "metadata.name: a name is needed",
  ],
  ["another kind", config.replace("ConfigMap", "Widget"), "unknown-kind", "2:1", "Fairway does not know Widget of v1"],
  [
    "a cluster's object",
    config.replace("ConfigMap", "Namespace"),
    "cluster-scoped",
    "2:1",
    "belongs to the whole cluster",
  ],
  ["a copy out of a cluster", `${config}  uid: abc\n`, "written-by-the-cluster", "5:3", "metadata.uid is written by"],
  [
    "a label of ours",
    `${config}  labels:\n    fairway.dev/slot: a\n`,
    "reserved-label",
    "6:5",
    "fairway.dev/slot is put on",
  ],
  [
    "a label of ours on pods",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\nspec:\n  template:\n    metadata:\n      labels:\n        fairway.dev/calls.pay: x\n    spec: { containers: [{ name: x }] }\n  selector: {}\n",
    "reserved-label",
    "8:9",
    "fairway.dev/calls.pay is put on by Fairway alone",
  ],
  ["a misspelled field", `${config}dat: {}\n`, "unknown-field", "5:1", "there is no field dat"],
  ["a value of another type", `${config}data:\n  a: 1\n`, "wrong-type", "6:3", "a takes text, this is 1 in data"],
];
for (const [name, text, code, at, message] of refused) {
  test(`refused with its place: ${name}`, async () => {
    const parsed = await parseExtraObjects({ "good.yaml": config, "x.yaml": text });
    assert.ok(!parsed.ok);
    const [issue] = parsed.issues;
    assert.equal(`${issue?.file} ${issue?.code} ${issue?.line}:${issue?.column}`, `kubernetes/x.yaml ${code} ${at}`);
    assert.ok(issue?.message.includes(message), issue?.message);
    assert.ok((issue?.length ?? 0) >= 1);
  });
}

test("problems of all files come at once; a bomb of aliases is one of them", async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((key, at) => `${key}: &${key} [${Array(8).fill(`*${"abcdefgh"[at]}`)}]\n`).join("")}`;
  const parsed = await parseExtraObjects({ "1.yaml": bomb, "2.yaml": "- 1", "3.yaml": "'" });
  assert.ok(!parsed.ok);
  assert.deepEqual(
    parsed.issues.map(({ file }) => file),
    ["kubernetes/1.yaml", "kubernetes/2.yaml", "kubernetes/3.yaml"],
  );
});

test("a hundred objects in all files together are the limit; the first past it is told, those behind it only counted", async () => {
  const many = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => config.replace("rules", `${name}-${at}`)).join("---\n");
  const { objects } = await objectsOf({ "a.yaml": many("a", 60), "b.yaml": many("b", 40) });
  assert.equal(objects.length, 100);
  const odd = config.replace("ConfigMap", "Widget");
  const parsed = await parseExtraObjects({ "a.yaml": many("a", 99), "b.yaml": [odd, config, odd].join("---\n") });
  assert.ok(!parsed.ok);
  assert.deepEqual(
    parsed.issues.map(({ code, file, line, message }) => [code, `${file}:${line}`, message]),
    [
      ["unknown-kind", "kubernetes/b.yaml:2", "Fairway does not know Widget of v1"],
      ["too-many-objects", "kubernetes/b.yaml:7", "kubernetes/ holds 102 objects, the limit is 100"],
    ],
  );
});
