import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeployment, type KubernetesObject } from "@fairway/objects";
import { hatchIssues, PatchesNotApplicable, parseExtraObjects, placeInSlot, render } from "../index.ts";
import { inputsOf, sha256 } from "../render/testing/inputs.ts";

const app = 'name = "user"\nreplicas = 3\n[[crons]]\nname = "nightly"\nschedule = "@daily"\ncommand = "x"\n';

async function look(appToml: string, files: Readonly<Record<string, string>> = {}) {
  const parsed = await parseExtraObjects(files);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const inputs = { ...inputsOf(appToml, "prod"), extras: parsed.objects };
  const issues = hatchIssues(inputs, sha256, { appToml, extraPlaces: parsed.places });
  return { inputs, issues };
}

function patch(text: string): string {
  return `${app}[[kubernetes.patches]]\n${text}\n`;
}

const container = (change: string) =>
  `kind = "Deployment"\nmerge.spec.template.spec.containers = [{ name = "app", ${change} }]`;

async function patched(text: string, kind = "Deployment", cluster = "alpha"): Promise<KubernetesObject | undefined> {
  const { inputs, issues } = await look(patch(text));
  assert.deepEqual(issues, []);
  return render(inputs, sha256)[cluster]?.find((object) => object.kind === kind);
}

test("a strategic merge patch finds containers by name and leaves the rest", async () => {
  const object = await patched(
    'kind = "Deployment"\nmerge.spec.template.spec.containers = [{ name = "app", tty = true }, { name = "side", image = "x" }]',
  );
  assert.ok(object && isDeployment(object));
  const containers = object.spec?.template.spec?.containers ?? [];
  assert.deepEqual(
    containers.map(({ name }) => name),
    ["app", "side"],
  );
  assert.equal(containers[0]?.["tty" as "name"], true);
  assert.ok(containers[0]?.resources);
});

test("a JSON patch changes by place; a patch of a cron is for the cluster that has it", async () => {
  const text = 'kind = "CronJob"\nname = "nightly"\njson = [{ op = "replace", path = "/spec/suspend", value = true }]';
  const { inputs, issues } = await look(patch(text.replace("replace", "add")));
  assert.deepEqual(issues, []);
  const crons = Object.entries(render(inputs, sha256)).map(([cluster, objects]) => [
    cluster,
    objects.find(({ kind }) => kind === "CronJob")?.["spec"],
  ]);
  assert.equal(JSON.stringify(crons[1]).includes('"suspend":true'), true);
  assert.equal(crons[0]?.[1], undefined);
});

const refused: readonly (readonly [name: string, patch: string, code: string, at: string, message: RegExp])[] = [
  ["a kind that the profile keeps", 'kind = "Namespace"\nmerge.spec = {}', "patch-not-allowed", "8:8", /Namespace/],
  [
    "an object that is not there",
    'kind = "Deployment"\nname = "usr"\nmerge.spec.paused = true',
    "patch-no-target",
    "9:8",
    /there is no Deployment usr/,
  ],
  ["a kind that is not there", 'kind = "Ingress"\nmerge.spec = {}', "patch-no-target", "8:8", /no Ingress to change/],
  [
    "an unknown field",
    'kind = "Deployment"\nmerge.spec.pausd = true',
    "unknown-field",
    "9:20",
    /no field pausd in spec/,
  ],
  ["an unknown field in a list", container("imge = 1"), "unknown-field", "9:63", /no field imge/],
  ["another type", container('tty = "yes"'), "wrong-type", "9:62", /tty takes true or false, this is the text "yes"/],
  [
    "a container without name",
    'kind = "Deployment"\nmerge.spec.template.spec.containers = [{ tty = true }]',
    "patch-failed",
    "9:1",
    /merge key: name/,
  ],
  [
    "a failed test",
    'kind = "Service"\njson = [{ op = "test", path = "/spec/type", value = "x" }]',
    "patch-failed",
    "9:8",
    /testing value/,
  ],
  [
    "a path that is not there",
    'kind = "Service"\njson = [{ op = "remove", path = "/spec/x" }]',
    "patch-failed",
    "9:8",
    /no value at \/spec\/x/,
  ],
  [
    "a name and a namespace, with all of the metadata",
    'kind = "Service"\njson = [{ op = "replace", path = "/metadata", value = { name = "x" } }]',
    "patch-of-identity",
    "9:9",
    /metadata.name belongs to Fairway/,
  ],
  ["a selector", 'kind = "Service"\nmerge.spec.selector = { a = "b" }', "patch-of-identity", "9:12", /spec.selector/],
  [
    "a label of ours",
    'kind = "Deployment"\nmerge.spec.template.metadata.labels = { "fairway.dev/calls.pay" = "true" }',
    "patch-of-identity",
    "9:67",
    /fairway.dev\/calls.pay/,
  ],
  [
    "a label of ours taken away",
    'kind = "Service"\nmerge.metadata.labels = { "$patch" = "replace", a = "b" }',
    "patch-of-identity",
    "9:16",
    /belongs to Fairway/,
  ],
  ["variables", 'kind = "ConfigMap"\nmerge.data = { A = "1" }', "patch-of-identity", "9:7", /data belongs to Fairway/],
  [
    "a directive that is none",
    'kind = "Service"\nmerge = { "$patch" = "x" }',
    "patch-failed",
    "9:1",
    /Unknown patch type/,
  ],
];
for (const [name, text, code, at, message] of refused) {
  test(`a patch is refused with its place: ${name}`, async () => {
    const { inputs, issues } = await look(patch(text));
    const [issue] = issues;
    assert.equal(`${issue?.file} ${issue?.code}`, `app.toml ${code}`);
    assert.match(issue?.message ?? "", message);
    assert.equal(`${issue?.line}:${issue?.column}`, at);
    if (code !== "patch-no-target") assert.throws(() => render(inputs, sha256), PatchesNotApplicable);
  });
}

test("a kind of which there are several needs a name", async () => {
  const crons = app.slice(app.indexOf("[[crons]]"));
  const { issues } = await look(
    `${app}${crons.replace("nightly", "hourly")}[[kubernetes.patches]]\nkind = "CronJob"\nmerge.spec.suspend = true`,
  );
  assert.equal(issues[0]?.code, "patch-ambiguous");
  assert.equal(issues[0]?.hint, "add name = one of nightly, hourly");
});

const extra = (kind: string, name: string, namespace = "") =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace === "" ? "" : `  namespace: ${namespace}\n`}`;

test("an extra object is one of the service's: namespace, labels, no slot", async () => {
  const { inputs, issues } = await look(app, { "a.yaml": extra("ConfigMap", "rules", "user") });
  assert.deepEqual(issues, []);
  const placed = placeInSlot(render(inputs, sha256)["beta"] ?? [], "a", "0123456789ab");
  const object = placed.find(({ metadata }) => metadata.name === "rules");
  assert.equal(object?.metadata.namespace, "user");
  assert.deepEqual(object?.metadata.labels, {
    "app.kubernetes.io/name": "user",
    "app.kubernetes.io/managed-by": "fairway",
    "fairway.dev/service": "user",
    "fairway.dev/environment": "prod",
    "fairway.dev/extra": "true",
    "fairway.dev/release": "0123456789ab",
  });
});

for (const [name, text, code, line] of [
  ["a kind that the profile keeps", extra("Secret", "x"), "object-not-allowed", 2],
  ["a foreign namespace", extra("ConfigMap", "x", "other"), "foreign-namespace", 5],
  ["a name of ours", extra("Service", "user"), "object-exists", 4],
  ["a name that is kept for Fairway", extra("ConfigMap", "fairway-inventory"), "object-exists", 4],
  ["a name twice", `${extra("ConfigMap", "x")}---\n${extra("ConfigMap", "x")}`, "object-exists", 9],
] as const) {
  test(`an extra object is refused with its place: ${name}`, async () => {
    const { issues } = await look(app, { "x.yaml": text });
    assert.deepEqual(
      issues.map((issue) => `${issue.file} ${issue.code} ${issue.line}`),
      [`kubernetes/x.yaml ${code} ${line}`],
    );
  });
}

test("a misspelt kind or name is told once, with the one that was meant", async () => {
  const { issues } = await look(patch('kind = "Deploymen"\nmerge.spec.paused = true'));
  assert.deepEqual(
    issues.map(({ code, hint }) => [code, hint]),
    [["patch-no-target", 'did you mean "Deployment"?']],
  );
  const named = await look(patch('kind = "CronJob"\nname = "nightli"\nmerge.spec.suspend = true'));
  assert.equal(named.issues[0]?.hint, 'did you mean "nightly"?');
});
