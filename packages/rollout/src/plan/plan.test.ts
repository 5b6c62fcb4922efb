import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placeInSlot } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import type { StoredRelease } from "../ports.ts";
import { plan, targetSlot } from "./plan.ts";

const header = { number: 7, service: "user", environment: "prod", strategy: "rolling", kind: "deploy" } as const;

function release(name: string, clusters: readonly string[]): StoredRelease {
  const inside = (own: string) => ({ name: own, namespace: "user" });
  const objects = [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: inside("user"), spec: { selector: {}, template: {} } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: inside(`user-${name}`) },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "user" } },
  ];
  const byCluster = Object.fromEntries(clusters.map((cluster) => [cluster, objects]));
  return { name, service: "user", environment: "prod", namespace: "user", objects: byCluster };
}

const side = (name: string, clusters = ["alpha", "beta"]) => ({
  active: { release: name, slot: "b" as const },
  release: release(name, clusters),
});
/** The side with more objects in each cluster. */
function sideWith(of: ReturnType<typeof side>, more: readonly KubernetesObject[]): ReturnType<typeof side> {
  const objects = Object.entries(of.release.objects).map(([cluster, all]) => [cluster, [...all, ...more]]);
  return { ...of, release: { ...of.release, objects: Object.fromEntries(objects) } };
}

const options = { place: placeInSlot, kept: [], namespace: "user" };

describe("plan", () => {
  it("puts what workloads refer to into init, in apply order, and stamps the rollout on objects, not on pods", () => {
    const made = plan(header, side("one"), side("two"), ["alpha", "beta"], options).clusters["alpha"];
    assert.deepEqual(
      made?.init.map((one) => one.kind),
      ["Namespace", "ConfigMap"],
    );
    assert.deepEqual(
      made?.app.map((one) => one.metadata.name),
      ["user-b"],
    );
    assert.ok(made?.desired.every((one) => one.metadata.annotations?.["fairway.dev/rollout"] === "7"));
    assert.ok(!JSON.stringify(made?.app[0]?.["spec"]).includes("fairway.dev/rollout"));
  });

  it("keeps the ConfigMaps of releases that can be rolled back to, never the failed one's", () => {
    const kept = [release("zero", ["alpha"]), release("two", ["alpha"])];
    const made = plan(header, side("one"), side("two"), ["alpha"], { ...options, kept }).clusters["alpha"];
    const key = (name: string): string => `v1/ConfigMap/user/user-${name}`;
    for (const name of ["zero", "one", "two"]) assert.ok(made?.keep.has(key(name)), name);
    assert.ok(made?.keepFormer.has(key("zero")));
    assert.ok(made?.keepFormer.has(key("one")));
    assert.ok(!made?.keepFormer.has(key("two")));
  });

  it("leaves what runs by time, and what would cut off the former pods, to the end", () => {
    const cron = { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "nightly", namespace: "user" } };
    const policy = (egress: readonly object[]) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "user", namespace: "user" },
      spec: { podSelector: {}, policyTypes: ["Egress"], egress },
    });
    const pay = { to: [{ podSelector: { matchLabels: { "fairway.dev/service": "pay" } } }] };
    const [one, two] = [sideWith(side("one"), [policy([pay])]), sideWith(side("two"), [cron, policy([])])];
    const made = plan(header, one, two, ["alpha"], options).clusters["alpha"];
    const kinds = (part: readonly { readonly kind: string }[] | undefined) => part?.map(({ kind }) => kind);
    assert.deepEqual(kinds(made?.init), ["Namespace", "NetworkPolicy", "ConfigMap"]);
    assert.deepEqual(Object(made?.init[1]?.["spec"]).egress, [pay]);
    assert.deepEqual(kinds(made?.app), ["Deployment"]);
    assert.deepEqual(kinds(made?.late), ["NetworkPolicy", "CronJob"]);
    assert.deepEqual(Object(made?.late[0]?.["spec"]).egress, []);
    const first = plan(header, undefined, two, ["alpha"], options).clusters["alpha"];
    assert.deepEqual(kinds(first?.late), ["CronJob"]);
  });

  it("makes a workload smaller only when those that it is spread over stand", () => {
    const spread = (name: string, replicas: number) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: "user" },
      spec: { replicas, selector: {}, template: {} },
    });
    const one = { ...side("one"), release: { ...release("one", []), objects: { alpha: [spread("user", 6)] } } };
    const two = {
      ...side("two"),
      release: { ...release("two", []), objects: { alpha: [spread("user", 3), spread("user-2", 3)] } },
    };
    const there = plan(header, one, two, ["alpha"], options).clusters["alpha"];
    assert.deepEqual([...(there?.hold ?? [])], ["apps/v1/Deployment/user/user-b"]);
    assert.deepEqual(
      there?.late.map(({ metadata }) => metadata.name),
      ["user-b"],
    );
    assert.deepEqual([...(plan(header, two, one, ["alpha"], options).clusters["alpha"]?.hold ?? [])], []);
  });

  it("has nothing to go back to in a cluster that the former release did not know", () => {
    const made = plan(header, side("one", ["alpha"]), side("two"), ["alpha", "beta"], options);
    assert.equal(made.clusters["beta"]?.former.length, 0);
    assert.notEqual(made.clusters["alpha"]?.former.length, 0);
  });

  it("passes no app phase in a removal, and stays in the active slot", () => {
    const made = plan(header, side("one"), undefined, ["alpha"], options);
    assert.deepEqual(made.stages, [{ phase: "prepare" }, { phase: "cleanup" }]);
    assert.equal(targetSlot(header, { release: "one", slot: "b" }), "b");
    assert.equal(targetSlot(header, undefined), "a");
  });
});
