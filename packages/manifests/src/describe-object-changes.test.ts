import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinProfile } from "@fairway/spec";
import { describeObjectChanges, render } from "./index.ts";
import { inputsOf, sha256 } from "./render/testing/inputs.ts";

const before = inputsOf('name = "user"\nreplicas = 2\n[env]\nLOG = "a"\nTOKEN = "hush"\n', "prod");
const stored: readonly unknown[] = JSON.parse(JSON.stringify(render(before, sha256)["beta"]));

/** What is told when the profile, or app.toml, is another one. */
function told(inputs = before, profile: Partial<typeof builtinProfile> = {}) {
  const clusters = inputs.clusters.map((cluster) => ({ ...cluster, profile: { ...builtinProfile, ...profile } }));
  return describeObjectChanges("user", stored, render({ ...inputs, clusters }, sha256)["beta"] ?? []);
}

test("nothing, where nothing differs", () => {
  assert.deepEqual(told(), { changes: [], restarts: false });
});

test("pods that are made of another template, in the words of their container", () => {
  const { changes, restarts } = told(before, { limitFactors: { cpu: 8, memory: 2 } });
  assert.ok(changes.includes("Deployment limits.cpu 400m -> 800m"), JSON.stringify(changes));
  assert.equal(restarts, true);
});

test("another image, by as much of its digest as tells it from others", () => {
  const image = (digest: string) => `registry.example.com/a-team/with-a-long-name/user@sha256:${digest.repeat(64)}`;
  const pods = (digest: string) => {
    const clusters = before.clusters.map((cluster) => ({ ...cluster, image: image(digest) }));
    return JSON.parse(JSON.stringify(render({ ...before, clusters }, sha256)["beta"]));
  };
  const of = (digest: string) => `registry.example.com/a-team/with-a-long-name/user@sha256:${digest.repeat(12)}`;
  const { changes } = describeObjectChanges("user", pods("a"), pods("b"));
  assert.deepEqual(changes, [`Deployment image ${of("a")} -> ${of("b")}`]);
});

test("what does not touch pods", () => {
  const { changes, restarts } = told(before, { quota: { ...builtinProfile.quota, pods: 10 } });
  assert.ok(
    changes.some((change) => /^ResourceQuota .*500 -> 10$/.test(change)),
    JSON.stringify(changes),
  );
  assert.equal(restarts, false);
});

test("a label once, whatever has it; objects that go", () => {
  const { changes } = told(before, {
    labels: { team: "users" },
    access: undefined,
    network: { ...builtinProfile.network, policies: false },
  });
  assert.equal(changes.filter((change) => change === "label team added: users").length, 1);
  assert.ok(changes.includes("NetworkPolicy removed"), JSON.stringify(changes));
});

test("variables by name alone, and nothing of the ConfigMap's own name", () => {
  const after = inputsOf('name = "user"\nreplicas = 2\n[env]\nLOG = "b"\nNEW = "1"\n', "prod");
  assert.deepEqual(told(after).changes.toSorted(), [
    "variable LOG changed",
    "variable NEW added",
    "variable TOKEN removed",
  ]);
});

test("annotations that sound secret, and secrets in fields, are told as such and no more", () => {
  const annotated = told(before, {
    annotations: { "example.com/token": "s3cr3t", "example.com/note": "plain" },
  }).changes;
  assert.ok(annotated.includes("annotation example.com/token added: (hidden)"), JSON.stringify(annotated));
  assert.ok(annotated.includes("annotation example.com/note added: plain"));
  const patched = inputsOf(
    `name = "user"\nreplicas = 2\n[env]\nLOG = "a"\nTOKEN = "hush"\n[[kubernetes.patches]]\nkind = "Deployment"\nmerge = { spec = { template = { spec = { containers = [{ name = "app", env = [{ name = "API_TOKEN", value = "s3cr3t" }] }] } } } }\n`,
    "prod",
  );
  const { changes, restarts } = told(patched);
  assert.ok(restarts);
  assert.doesNotMatch(JSON.stringify(changes), /s3cr3t/);
});
