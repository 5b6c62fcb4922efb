/** What prepare says of bounds is what the API server then does: each case is judged first, and its pods are made after. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connectCluster } from "@fairway/kube";
import { isResourceQuota, type KubernetesObject, type ResourceList } from "@fairway/objects";
import { ClusterError, compareCluster, plan } from "@fairway/rollout";
import { startCluster } from "./start-cluster.ts";

const { kubeconfig, close } = await startCluster();
const cluster = await connectCluster({ name: "alpha", kubeconfig });
after(async () => {
  cluster.close();
  await close();
});

interface Case {
  readonly title: string;
  readonly bounds: readonly (readonly [kind: "LimitRange" | "ResourceQuota", spec: object])[];
  readonly requests?: ResourceList;
  readonly limits?: ResourceList;
  /** One more is made: it stands beside them while they are replaced. */
  readonly replicas?: number;
  readonly code?: string;
}

const range = (item: object): Case["bounds"][number] => ["LimitRange", { limits: [item] }];
const quota = (hard: ResourceList): Case["bounds"][number] => ["ResourceQuota", { hard }];

const cases: readonly Case[] = [
  { title: "no bounds", bounds: [] },
  {
    title: "the largest container",
    bounds: [range({ type: "Container", max: { memory: "64Mi" } })],
    limits: { memory: "64Mi" },
  },
  {
    title: "a larger container",
    bounds: [range({ type: "Container", max: { memory: "64Mi" } })],
    limits: { memory: "65Mi" },
    code: "LimitRangeViolated",
  },
  {
    title: "a container without a limit that has a maximum and no default",
    bounds: [range({ type: "Pod", max: { cpu: "1" } })],
    requests: { cpu: "10m" },
    code: "LimitRangeViolated",
  },
  { title: "a limit by default", bounds: [range({ type: "Container", max: { cpu: "1" } })], requests: { cpu: "10m" } },
  {
    title: "a small container",
    bounds: [range({ type: "Container", min: { cpu: "50m" } })],
    requests: { cpu: "49m" },
    code: "LimitRangeViolated",
  },
  {
    title: "a limit far above the request",
    bounds: [range({ type: "Container", maxLimitRequestRatio: { cpu: "2" } })],
    requests: { cpu: "10m" },
    limits: { cpu: "21m" },
    code: "LimitRangeViolated",
  },
  {
    title: "a quota that is just enough",
    bounds: [quota({ pods: "3", "requests.cpu": "30m" })],
    requests: { cpu: "10m" },
  },
  { title: "a quota of pods", bounds: [quota({ pods: "2" })], code: "QuotaTooSmall" },
  {
    title: "a quota of cpu",
    bounds: [quota({ "requests.cpu": "29m" })],
    requests: { cpu: "10m" },
    code: "QuotaTooSmall",
  },
  {
    title: "a quota by its short name, of what only the limit says",
    bounds: [quota({ memory: "100Mi" })],
    limits: { memory: "40Mi" },
    code: "QuotaTooSmall",
  },
  { title: "a quota of what nobody says", bounds: [quota({ "limits.cpu": "9" })], code: "QuotaNeedsSize" },
  {
    title: "a quota of what nobody says, and a default for it",
    bounds: [quota({ "limits.cpu": "9" }), range({ type: "Container", default: { cpu: "1" } })],
  },
  { title: "a quota that counts other objects", bounds: [quota({ services: "0", "count/jobs.batch": "0" })] },
];

describe("prepare and the API server agree", { timeout: 120_000 }, () => {
  for (const [at, one] of cases.entries()) {
    it(`${one.title}: ${one.code ?? "fits"}`, async () => {
      const namespace = `prepare-${at}`;
      const labels = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" };
      await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } });
      for (const [kind, spec] of one.bounds) {
        await cluster.apply(
          { apiVersion: "v1", kind, metadata: { name: "theirs", namespace }, spec },
          { manager: "kubectl" },
        );
      }
      await counted(namespace);
      const { requests, limits, replicas = 2 } = one;
      const resources = {
        ...(requests === undefined ? {} : { requests }),
        ...(limits === undefined ? {} : { limits }),
      };
      const spec = { containers: [{ name: "app", image: "snapshot.fairway.dev/none", resources }] };
      const { problems } = await judged(namespace, labels, replicas, spec);
      assert.deepEqual(problems, one.code === undefined ? [] : [one.code]);
      const refusals: string[] = [];
      for (let number = 0; number <= replicas; number += 1) {
        const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: `pod-${number}`, namespace }, spec };
        await cluster.create(pod).catch((error: unknown) => {
          assert.ok(error instanceof ClusterError);
          refusals.push(error.message);
        });
      }
      assert.equal(refusals.length > 0, one.code !== undefined, refusals.join());
      await cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace }, {});
    });
  }
});

async function judged(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  replicas: number,
  spec: object,
): Promise<{ readonly problems: readonly string[] }> {
  const deployment: KubernetesObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "user", namespace, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  const release = { name: "one", service: "user", environment: "prod", namespace, objects: { alpha: [deployment] } };
  const of = plan(
    { number: 1, service: "user", environment: "prod", strategy: "rolling", kind: "deploy" },
    undefined,
    { active: { release: "one", slot: "a" }, release },
    ["alpha"],
    { place: (all) => all, kept: [], namespace },
  );
  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    pause(milliseconds, undefined, signal ? { signal } : {});
  const options = { clock: { now: Date.now, sleep }, reach: 60_000, secrets: async () => [] };
  const { problems } = await compareCluster(cluster, of, options, new AbortController().signal);
  return { problems: problems.map(({ code }) => code) };
}

/** A quota lets nothing in until what is used has been counted. */
async function counted(namespace: string): Promise<void> {
  for (;;) {
    const all = await cluster.list({ apiVersion: "v1", kind: "ResourceQuota", namespace });
    if (all.filter(isResourceQuota).every(({ status }) => status?.used !== undefined)) return;
    await pause(20);
  }
}
