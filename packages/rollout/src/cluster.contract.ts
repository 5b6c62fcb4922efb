import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type KubernetesObject, type ObjectRef, refOf } from "@fairway/objects";
import type { Cluster, ClusterErrorCode, Observation } from "./ports.ts";
import { ClusterError } from "./ports.ts";

/** One cluster with its controllers (Deployment, ReplicaSet, namespace deletion), under the adapter to be tested. */
export interface ClusterHarness {
  readonly cluster: Cluster;
  /** Server-side apply by another field manager, past the adapter. */
  applyAs(manager: string, object: KubernetesObject): Promise<void>;
  /** From now on the API cannot be reached; open connections end. */
  cut(): Promise<void>;
  /** The API answers again, with what it had. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** How long a case waits for a controller or a reconnect before it fails, in milliseconds. */
const patience = 30_000;

let made = 0;

/**
 * Registers the cases that every `Cluster` adapter passes. Namespaces get fresh names, so that a real cluster can be
 * used again.
 *
 * @param name Shown in the test report.
 * @param make A cluster for each case; it may be shared when `cut` and `mend` undo each other.
 */
export function clusterContract(name: string, make: () => Promise<ClusterHarness>): void {
  const each = (title: string, body: (harness: ClusterHarness, namespace: string) => Promise<void>): void => {
    it(title, { timeout: 2 * patience }, async () => {
      const harness = await make();
      made += 1;
      const namespace = `contract-${process.pid}-${made}`;
      try {
        await body(harness, namespace);
        const live = await harness.cluster.get(namespaceRef(namespace));
        if (live !== undefined) await harness.cluster.delete(namespaceRef(namespace), {});
      } finally {
        await harness.close();
      }
    });
  };

  describe(`cluster contract: ${name}`, () => {
    each("proves that the API answers and that nothing is missing", async ({ cluster }) => {
      const { version, missingPermissions } = await cluster.check();
      assert.match(version, /\d+\.\d+/);
      assert.deepEqual(missingPermissions, []);
    });

    each("gives undefined for what is not there", async ({ cluster }, namespace) => {
      assert.equal(await cluster.get(namespaceRef(namespace)), undefined);
      assert.equal(await cluster.get(refOf(config(namespace, "absent", {}))), undefined);
    });

    each("applies, and changes nothing when applied again", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      const object = config(namespace, "settings", { LEVEL: "info" });
      const stored = await cluster.apply(object);
      assert.ok(stored.metadata.uid);
      assert.ok(stored.metadata.resourceVersion);
      assert.deepEqual(stored["data"], { LEVEL: "info" });
      assert.ok(stored.metadata.managedFields?.some((one) => one.manager === "fairway" && one.operation === "Apply"));
      const again = await cluster.apply(object);
      assert.equal(again.metadata.resourceVersion, stored.metadata.resourceVersion);
      assert.equal(again.metadata.uid, stored.metadata.uid);
      assert.deepEqual((await cluster.get(refOf(object)))?.["data"], { LEVEL: "info" });
    });

    each("takes away what the next apply leaves out", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      await cluster.apply(config(namespace, "settings", { LEVEL: "info", OLD: "yes" }));
      const stored = await cluster.apply(config(namespace, "settings", { LEVEL: "debug" }));
      assert.deepEqual(stored["data"], { LEVEL: "debug" });
    });

    each("stores nothing in a dry run, and answers as it would", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      const answer = await cluster.apply(config(namespace, "settings", { LEVEL: "info" }), { dryRun: true });
      assert.deepEqual(answer["data"], { LEVEL: "info" });
      assert.equal(await cluster.get(refOf(config(namespace, "settings", {}))), undefined);
    });

    each("refuses an object with a field that does not exist", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      const wrong = deployment(namespace, "user-a", { replica: 2 });
      await rejects(cluster.apply(wrong, { dryRun: true }), "invalid", cluster.name);
      await rejects(cluster.apply(wrong), "invalid", cluster.name);
      assert.equal(await cluster.get(refOf(wrong)), undefined);
    });

    each("refuses a changed immutable field, naming it", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      const first = deployment(namespace, "user-a", {});
      await cluster.apply(first);
      const changed = deployment(namespace, "user-a", {
        selector: { matchLabels: { "fairway.dev/service": "other" } },
      });
      const error = await rejects(cluster.apply(changed, { dryRun: true }), "invalid", cluster.name);
      assert.ok(error.fields.some((one) => one.field.includes("selector") || one.field.includes("template")));
    });

    each("refuses an object in a namespace that does not exist", async ({ cluster }, namespace) => {
      await rejects(cluster.apply(config(namespace, "settings", {})), "not-found", cluster.name);
    });

    each("holds an apply to the version and the uid that it was decided on", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      const first = await cluster.apply(config(namespace, "settings", { LEVEL: "info" }));
      const second = await cluster.apply(config(namespace, "settings", { LEVEL: "warn" }), versionOf(first));
      const late = config(namespace, "settings", { LEVEL: "late" });
      await rejects(cluster.apply(late, versionOf(first)), "conflict", cluster.name);
      await rejects(cluster.apply(late, { uid: "00000000-0000-4000-8000-000000000000" }), "conflict", cluster.name);
      assert.deepEqual((await cluster.get(refOf(late)))?.["data"], { LEVEL: "warn" });
      await cluster.apply(late, { ...versionOf(second), ...uidOf(second) });
    });

    each("names the manager and the field of a conflict; force takes the field", async (harness, namespace) => {
      const { cluster } = harness;
      await cluster.apply(namespaceObject(namespace));
      await cluster.apply(config(namespace, "settings", { LEVEL: "info" }));
      await harness.applyAs("somebody", config(namespace, "settings", { OTHER: "theirs" }));
      const mine = config(namespace, "settings", { LEVEL: "info", OTHER: "mine" });
      const error = await rejects(cluster.apply(mine), "field-conflict", cluster.name);
      assert.ok(error.fields.some((one) => one.manager === "somebody" && one.field.includes("OTHER")));
      const forced = await cluster.apply(mine, { force: true });
      assert.deepEqual(forced["data"], { LEVEL: "info", OTHER: "mine" });
    });

    each(
      "keeps replicas that a second manager holds when the first one says no number",
      async ({ cluster }, namespace) => {
        await cluster.apply(namespaceObject(namespace));
        const stored = await cluster.apply(deployment(namespace, "user-a", { replicas: 3 }));
        const { apiVersion, kind } = stored;
        const only = { apiVersion, kind, metadata: { name: "user-a", namespace }, spec: { replicas: 3 } };
        await cluster.apply(only, { manager: "fairway-replicas", ...uidOf(stored) });
        const silent = deployment(namespace, "user-a", { replicas: undefined });
        assert.equal(value(await cluster.apply(silent), "spec", "replicas"), 3);
        const error = await rejects(
          cluster.apply(deployment(namespace, "user-a", { replicas: 2 })),
          "field-conflict",
          cluster.name,
        );
        assert.deepEqual(
          error.fields.map(({ field, manager }) => [field, manager]),
          [[".spec.replicas", "fairway-replicas"]],
        );
      },
    );

    each("creates once", async ({ cluster }, namespace) => {
      await cluster.create(namespaceObject(namespace));
      await rejects(cluster.create(namespaceObject(namespace)), "conflict", cluster.name);
      const stored = await cluster.create(config(namespace, "settings", { LEVEL: "info" }));
      assert.ok(stored.metadata.uid);
      await rejects(cluster.create(config(namespace, "settings", {})), "conflict", cluster.name);
    });

    each("tries a create, and makes nothing", async ({ cluster }, namespace) => {
      await cluster.create(namespaceObject(namespace));
      const settings = config(namespace, "settings", { LEVEL: "info" });
      const tried = await cluster.create(settings, undefined, { dryRun: true });
      assert.equal(tried.metadata.name, "settings");
      assert.equal(await cluster.get(refOf(settings)), undefined);
      const nowhere = config(`${namespace}-not`, "settings", {});
      await rejects(cluster.create(nowhere, undefined, { dryRun: true }), "not-found", cluster.name);
    });

    each("tells what its nodes are, and which pods they have", async ({ cluster }) => {
      const seen = await cluster.nodes();
      assert.equal(seen?.grows, false);
      for (const node of seen.nodes) assert.ok(node.status?.allocatable?.["cpu"] !== undefined, node.metadata.name);
      assert.ok(seen.pods !== undefined);
    });

    each("replaces by compare-and-swap", async ({ cluster }, namespace) => {
      await cluster.create(namespaceObject(namespace));
      const stored = await cluster.create(config(namespace, "settings", { LEVEL: "info" }));
      const next = await cluster.replace({ ...stored, data: { LEVEL: "warn" } });
      assert.deepEqual(next["data"], { LEVEL: "warn" });
      assert.notEqual(next.metadata.resourceVersion, stored.metadata.resourceVersion);
      await rejects(cluster.replace({ ...stored, data: { LEVEL: "late" } }), "conflict", cluster.name);
    });

    each("lets one of two replaces of the same version win", async ({ cluster }, namespace) => {
      await cluster.create(namespaceObject(namespace));
      const stored = await cluster.create(config(namespace, "settings", { BY: "nobody" }));
      const results = await Promise.allSettled(
        ["left", "right"].map((who) => cluster.replace({ ...stored, data: { BY: who } })),
      );
      assert.deepEqual(results.map((one) => one.status).toSorted(), ["fulfilled", "rejected"]);
    });

    each(
      "leaves the fields of an apply with their owner when a replace adds others",
      async ({ cluster }, namespace) => {
        await cluster.apply(namespaceObject(namespace));
        const object = config(namespace, "settings", { LEVEL: "info" });
        const stored = await cluster.apply(object);
        const annotations = { ...stored.metadata.annotations, "fairway.dev/epoch": "7" };
        await cluster.replace({ ...stored, metadata: { ...stored.metadata, annotations } });
        const applied = await cluster.apply(config(namespace, "settings", { LEVEL: "warn" }));
        assert.equal(applied.metadata.annotations?.["fairway.dev/epoch"], "7");
        assert.deepEqual(applied["data"], { LEVEL: "warn" });
      },
    );

    each("deletes only what was meant, and once more without complaint", async ({ cluster }, namespace) => {
      await cluster.create(namespaceObject(namespace));
      const stored = await cluster.create(config(namespace, "settings", { LEVEL: "info" }));
      const ref = refOf(config(namespace, "settings", {}));
      await rejects(cluster.delete(ref, { uid: "00000000-0000-4000-8000-000000000000" }), "conflict", cluster.name);
      const next = await cluster.replace({ ...stored, data: { LEVEL: "warn" } });
      await rejects(cluster.delete(ref, versionOf(stored)), "conflict", cluster.name);
      assert.ok(await cluster.get(ref));
      await cluster.delete(ref, { ...uidOf(next), ...versionOf(next) });
      assert.equal(await cluster.get(ref), undefined);
      await cluster.delete(ref, uidOf(next));
    });

    each("lists by kind, namespace and labels, complete objects", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      await cluster.apply(config(namespace, "one", { A: "1" }));
      await cluster.apply(config(namespace, "two", { A: "2" }, { "fairway.dev/service": "other" }));
      const found = await cluster.list({ apiVersion: "v1", kind: "ConfigMap", namespace, labels: mine });
      assert.deepEqual(
        found.map((one) => [one.apiVersion, one.kind, one.metadata.name, one["data"]]),
        [["v1", "ConfigMap", "one", { A: "1" }]],
      );
      const spaces = await cluster.list({ apiVersion: "v1", kind: "Namespace", labels: mine });
      assert.ok(spaces.some((one) => one.metadata.name === namespace));
      assert.deepEqual(await cluster.list({ apiVersion: "v1", kind: "ConfigMap", namespace: `${namespace}-no` }), []);
    });

    each("empties a deleted namespace", async ({ cluster }, namespace) => {
      const space = await cluster.apply(namespaceObject(namespace));
      await cluster.apply(config(namespace, "settings", {}));
      await cluster.apply(deployment(namespace, "user-a", {}));
      await cluster.delete(namespaceRef(namespace), uidOf(space));
      await until(async () => (await cluster.get(namespaceRef(namespace))) === undefined, "the namespace is gone");
      assert.equal(await cluster.get(refOf(config(namespace, "settings", {}))), undefined);
    });

    each("follows a namespace: complete observations, at once and after changes", async ({ cluster }, namespace) => {
      await following(cluster, namespace, async (seen) => {
        const first = await seen((one) => one.objects.length === 0, "an empty observation at once");
        assert.equal(first.cluster, cluster.name);
        assert.equal(first.namespace, namespace);
        assert.ok(first.at > 0);
        await cluster.apply(namespaceObject(namespace));
        await cluster.apply(config(namespace, "settings", { LEVEL: "info" }));
        await seen(
          (one) => has(one, "Namespace", namespace) && has(one, "ConfigMap", "settings"),
          "the namespace and what is in it",
        );
        await cluster.apply(config(namespace, "settings", { LEVEL: "warn" }));
        await seen(
          (one) => one.objects.some((object) => value(object, "data", "LEVEL") === "warn"),
          "the changed object",
        );
        await cluster.delete(refOf(config(namespace, "settings", {})), {});
        await seen((one) => !has(one, "ConfigMap", "settings"), "that it is gone");
      });
    });

    each("begins with nothing that is older than the call", async ({ cluster }, namespace) => {
      const first = () =>
        following(cluster, namespace, async (seen) => {
          newest = await seen(() => true, "an observation");
        });
      const live = () => newest?.objects.find(({ kind }) => kind === "Deployment");
      let newest: Observation | undefined;
      await cluster.apply(namespaceObject(namespace));
      for (const replicas of [1, 2, 3]) {
        const { metadata } = await cluster.apply(deployment(namespace, "user-a", { replicas }));
        await first();
        assert.ok((live()?.metadata.generation ?? 0) >= (metadata.generation ?? Number.NaN));
      }
      await cluster.delete({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: "user-a" }, {});
      await first();
      assert.equal(live(), undefined);
    });

    each("shows the replica set and the pods of a deployment, owned and labelled", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      await following(cluster, namespace, async (seen) => {
        const stored = await cluster.apply(deployment(namespace, "user-a", { replicas: 2 }));
        const observation = await seen(
          (one) =>
            one.objects.filter((object) => object.kind === "Pod").length === 2 &&
            one.objects.some(
              (object) => object.kind === "Deployment" && value(object, "status", "observedGeneration") !== undefined,
            ),
          "two pods and a deployment that was observed",
        );
        const sets = observation.objects.filter((object) => object.kind === "ReplicaSet");
        assert.equal(sets.length, 1);
        assert.equal(sets[0]?.metadata.ownerReferences?.[0]?.uid, stored.metadata.uid);
        for (const pod of observation.objects.filter((object) => object.kind === "Pod")) {
          assert.equal(pod.apiVersion, "v1");
          assert.equal(pod.metadata.ownerReferences?.[0]?.uid, sets[0]?.metadata.uid);
          assert.ok(pod.metadata.labels?.["pod-template-hash"]);
          assert.equal(pod.metadata.labels?.["fairway.dev/service"], "user");
        }
      });
    });

    each("stops following when told to", async ({ cluster }, namespace) => {
      const controller = new AbortController();
      const iterator = cluster.follow(namespace, controller.signal)[Symbol.asyncIterator]();
      await iterator.next();
      const pending = iterator.next().then(
        (result) => result.done,
        () => true,
      );
      controller.abort();
      assert.equal(await pending, true);
    });

    each("says when the API cannot be reached, and goes on when it can again", async (harness, namespace) => {
      const { cluster } = harness;
      await cluster.apply(namespaceObject(namespace));
      const controller = new AbortController();
      const iterator = cluster.follow(namespace, controller.signal)[Symbol.asyncIterator]();
      await iterator.next();
      await harness.cut();
      const ended = (async () => {
        for (;;) {
          const result = await iterator.next();
          if (result.done) return;
        }
      })();
      await rejects(ended, "unreachable", cluster.name);
      await rejects(cluster.check(), "unreachable", cluster.name);
      await rejects(cluster.get(namespaceRef(namespace)), "unreachable", cluster.name);
      await rejects(cluster.apply(config(namespace, "settings", {})), "unreachable", cluster.name);
      await harness.mend();
      await until(async () => (await attempt(cluster.check())) !== undefined, "the API answers again");
      await following(cluster, namespace, async (seen) => {
        await seen((one) => has(one, "Namespace", namespace), "the namespace again");
      });
      assert.equal(await cluster.get(refOf(config(namespace, "settings", {}))), undefined);
      controller.abort();
    });

    each("ends a call early when its signal aborts", async ({ cluster }, namespace) => {
      await assert.rejects(cluster.get(namespaceRef(namespace), AbortSignal.abort(new Error("stopped"))));
      await assert.rejects(cluster.apply(namespaceObject(namespace), {}, AbortSignal.abort(new Error("stopped"))));
      assert.equal(await cluster.get(namespaceRef(namespace)), undefined);
    });

    each("has no log of a pod that is not there", async ({ cluster }, namespace) => {
      await cluster.apply(namespaceObject(namespace));
      const pod = { namespace, name: "absent" };
      assert.equal(await cluster.log(pod, { container: "app", tailLines: 10 }), undefined);
      assert.equal(await cluster.log(pod, { container: "app", previous: true, tailLines: 10 }), undefined);
    });
  });
}

const mine = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" };

function namespaceRef(name: string): ObjectRef {
  return { apiVersion: "v1", kind: "Namespace", name };
}

function namespaceObject(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: mine } };
}

function config(
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels: { ...mine, ...labels } }, data };
}

function deployment(namespace: string, name: string, spec: Readonly<Record<string, unknown>>): KubernetesObject {
  const labels = { ...mine, "fairway.dev/slot": "a" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { "fairway.dev/service": "user", "fairway.dev/slot": "a" } },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            { name: "app", image: `snapshot.fairway.dev/user@sha256:${"0".repeat(64)}`, command: ["node", "."] },
          ],
        },
      },
      ...spec,
    },
  };
}

function versionOf(object: KubernetesObject): { readonly resourceVersion: string } {
  assert.ok(object.metadata.resourceVersion);
  return { resourceVersion: object.metadata.resourceVersion };
}

function uidOf(object: KubernetesObject): { readonly uid: string } {
  assert.ok(object.metadata.uid);
  return { uid: object.metadata.uid };
}

function has(observation: Observation, kind: string, name: string): boolean {
  return observation.objects.some((object) => object.kind === kind && object.metadata.name === name);
}

function value(object: KubernetesObject, part: string, field: string): unknown {
  const inner = object[part];
  return typeof inner === "object" && inner !== null
    ? Object.entries(inner).find(([key]) => key === field)?.[1]
    : undefined;
}

async function rejects(call: Promise<unknown>, code: ClusterErrorCode, cluster: string): Promise<ClusterError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof ClusterError, `a ClusterError, not ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert.equal(error.cluster, cluster);
    assert.notEqual(error.message, "");
    return error;
  }
  return assert.fail(`the call should fail with ${code}`);
}

async function attempt<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch {
    return undefined;
  }
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + patience;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited in vain: ${what}`);
    await pause(20);
  }
}

type Seen = (condition: (observation: Observation) => boolean, what: string) => Promise<Observation>;

/** Follows while `body` runs; `seen` resolves with the first observation from now on that fulfils its condition. */
async function following(cluster: Cluster, namespace: string, body: (seen: Seen) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const iterator = cluster.follow(namespace, controller.signal)[Symbol.asyncIterator]();
  const seen: Seen = async (condition, what) => {
    const late = new AbortController();
    const timeout = pause(patience, undefined, { signal: late.signal }).then(() => assert.fail(`not seen: ${what}`));
    timeout.catch(() => {});
    try {
      for (;;) {
        const result = await Promise.race([iterator.next(), timeout]);
        assert.ok(!result.done, `the observations ended before: ${what}`);
        if (condition(result.value)) return result.value;
      }
    } finally {
      late.abort();
    }
  };
  try {
    await body(seen);
  } finally {
    controller.abort();
  }
}
