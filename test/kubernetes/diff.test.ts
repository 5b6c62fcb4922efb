/** What `fairway diff` says of a real API: its defaults are no changes, its refusals are told. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type ConnectedCluster, connectCluster, makeAccount } from "@fairway/kube";
import { type KubernetesObject, parseObject } from "@fairway/objects";
import { type ClusterDiff, ClusterError, compareCluster, type Plan, plan } from "@fairway/rollout";
import { parseAllDocuments } from "yaml";
import { checkout } from "../e2e/platform.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { kubeconfigOf } from "./rendered.ts";

const goldens = path.join(checkout, "packages/manifests/testdata");
const { signal } = new AbortController();
const ends: (() => Promise<void>)[] = [];
let real: KubernetesCluster;
let cluster: ConnectedCluster;

before(async () => {
  const started = await startKubernetes({ after: (work) => void ends.push(work) });
  real = started.clusters[0] ?? assert.fail("no cluster");
  // The rights that we document are enough.
  const kubeconfig = await makeAccount({ name: "alpha", kubeconfig: kubeconfigOf(real) });
  cluster = await connectCluster({ name: "alpha", kubeconfig });
});
after(async () => {
  cluster?.close();
  for (const end of ends) await end();
});

/** The objects of a golden case, in a namespace of their own: cases are about services of the same names. */
function golden(name: string): { readonly service: string; readonly objects: readonly KubernetesObject[] } {
  const text = readFileSync(path.join(goldens, name, "expected.yaml"), "utf8");
  const objects = parseAllDocuments(text).map((document) => {
    const parsed = parseObject(document.toJS());
    assert.ok(parsed.ok);
    const { metadata, kind } = parsed.object;
    const place = kind === "Namespace" ? { name: spaceOf(name) } : { namespace: spaceOf(name) };
    return { ...parsed.object, metadata: { ...metadata, ...place } };
  });
  return { service: objects[0]?.metadata.labels?.["fairway.dev/service"] ?? assert.fail("no service"), objects };
}

const spaceOf = (name: string) => `diff-${name}`;

function planOf(name: string, service: string, objects: readonly KubernetesObject[]): Plan {
  const release = { name: "one", service, environment: "prod", namespace: spaceOf(name), objects: { alpha: objects } };
  const side = { active: { release: "one", slot: "a" as const }, release };
  const header = { number: 0, service, environment: "prod", strategy: "rolling", kind: "deploy" } as const;
  // They are placed already.
  return plan(header, undefined, side, ["alpha"], { place: (all) => all, kept: [], namespace: spaceOf(name) });
}

const sleep = (milliseconds: number, until?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    until?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(until.reason);
    });
  });

function compare(of: Plan): Promise<ClusterDiff> {
  const options = { clock: { now: Date.now, sleep }, reach: 60_000, secrets: async () => [] };
  return compareCluster(cluster, of, options, signal);
}

/** Applies all; gives those whose kind this cluster serves. */
async function apply(objects: readonly KubernetesObject[]): Promise<readonly KubernetesObject[]> {
  const served: KubernetesObject[] = [];
  for (const object of objects) {
    try {
      await cluster.apply(object);
      served.push(object);
    } catch (error) {
      const isUnserved = error instanceof ClusterError && error.code === "not-found";
      if (!isUnserved || !object.apiVersion.startsWith("gateway.networking.k8s.io/")) throw error;
    }
  }
  return served;
}

describe("a diff against a real API", () => {
  for (const name of readdirSync(goldens)) {
    it(`is everything before an apply and nothing after it: ${name}`, async () => {
      const { service, objects } = golden(name);
      const first = await compare(planOf(name, service, objects));
      assert.deepEqual(
        first.objects.map(({ change }) => change),
        objects.map(() => "created"),
      );
      const served = await apply(planOf(name, service, objects).clusters["alpha"]?.desired ?? []);
      if (served.length === objects.length) assert.deepEqual(first.problems, []);
      assert.deepEqual(await compare(planOf(name, service, served)), {
        cluster: "alpha",
        compared: true,
        objects: [],
        unchanged: served.length,
        problems: [],
      });
    });
  }

  it("tells the other manager of a field, and what cannot be changed", async () => {
    const name = "minimal";
    const { service, objects } = golden(name);
    const deployment = objects.find(({ kind }) => kind === "Deployment") ?? assert.fail("no Deployment");
    await apply(objects);
    await real.kubectl(["scale", "deployment", deployment.metadata.name, "-n", spaceOf(name), "--replicas=7"]);
    const scaled = await compare(planOf(name, service, objects));
    const [conflict, ...others] = scaled.problems;
    assert.deepEqual([conflict?.code, others], ["FieldConflict", []]);
    assert.match(conflict?.message ?? "", /\.spec\.replicas \(owned by kubectl/);
    const [changed] = scaled.objects;
    assert.deepEqual(
      changed?.fields.map(({ path: where, from }) => [where, from]),
      [[".spec.replicas", 7]],
    );
    assert.deepEqual(
      changed?.risks.map(({ code }) => code),
      ["shrink"],
    );

    const spec = JSON.parse(JSON.stringify(deployment["spec"]).replaceAll(`"${service}"`, '"another"'));
    const other = objects.map((one) => (one === deployment ? { ...one, spec } : one));
    const refused = await compare(planOf(name, service, other));
    assert.ok(
      refused.problems.some(({ code }) => code === "ImmutableField"),
      JSON.stringify(refused.problems),
    );
    const risks = refused.objects.flatMap((one) => one.risks.map(({ code }) => code));
    for (const code of ["immutable", "replace"])
      assert.ok(
        risks.some((risk) => risk === code),
        code,
      );
  });
});
