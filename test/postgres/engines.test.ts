/** Two engines on one real journal, over clusters in memory: the paused one's writes come when another has ended the rollout. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { KubernetesObject } from "@fairway/objects";
import { type Clock, createEngine, type Engine, type RolloutEvent, type StoredRelease } from "@fairway/rollout";
import { interceptCluster, interceptJournal, type MemoryCluster, memoryCluster } from "@fairway/rollout/testing";
import type { Store } from "@fairway/store";
import { left, right } from "./two-stores.ts";

const clock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) =>
    pause(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw signal?.reason;
    }),
};
/** Milliseconds; a lease short enough to be outlived. */
const limits = { lease: 600, leaseRetry: 50, tick: 20, scan: 50 };
const journalWrites = new Set(["append", "finish", "close"]);

/** Where an engine stands still, by the number of the write. */
interface Stop {
  readonly at: number;
  readonly reached: () => void;
  readonly gate: Promise<void>;
}

function engineOf(store: Store, owner: string, cluster: MemoryCluster, release: StoredRelease, stop?: Stop): Engine {
  let writes = 0;
  const before = async (isWrite: boolean): Promise<void> => {
    if (isWrite) writes += 1;
    if (stop === undefined || writes < stop.at) return;
    stop.reached();
    await stop.gate;
  };
  const wired = interceptCluster(cluster, { before: (call) => before(call.writes) });
  return createEngine({
    journal: interceptJournal(store.journal<RolloutEvent>(), { before: (call) => before(journalWrites.has(call)) }),
    clusters: () => [wired],
    releases: { get: async (name) => (name === release.name ? release : undefined) },
    traffic: { drain: async () => undefined, restore: async () => undefined },
    ...{ clock, owner, limits },
  });
}

function releaseOf(service: string): StoredRelease {
  const labels = {
    "app.kubernetes.io/managed-by": "fairway",
    "fairway.dev/service": service,
    "fairway.dev/environment": "prod",
  };
  const metadata = { name: service, namespace: service, labels };
  const containers = [{ name: "app", image: "snapshot/one" }];
  const objects: readonly KubernetesObject[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: service, labels } },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { LEVEL: "info" } },
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    },
  ];
  return { name: "one", service, environment: "prod", namespace: service, objects: { alpha: objects } };
}

/** What is stored, but for versions: a write that is taken back leaves none but those. */
function contents(cluster: MemoryCluster): readonly unknown[] {
  return cluster.objects().map(({ metadata: { resourceVersion: _, ...metadata }, ...rest }) => ({ ...rest, metadata }));
}

describe("two engines, one of them paused past its lease", () => {
  for (const at of [2, 4, 6, 8, 10, 12, 14]) {
    it(`at write ${at}: it writes nothing that lasts`, { timeout: 30_000 }, async () => {
      const service = `paused-${at}`;
      const cluster = memoryCluster("alpha", clock);
      const release = releaseOf(service);
      const reached = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const stop = { at, reached: reached.resolve, gate: gate.promise };
      const paused = engineOf(left, "engine-left", cluster, release, stop);
      const { number } = await paused.submit(
        {
          ...{ environment: "prod", service, from: undefined, to: "one" },
          ...{ strategy: "rolling", kind: "deploy", actor: "admin" },
        },
        service,
      );
      await reached.promise;
      const other = engineOf(right, "engine-right", cluster, release);
      await other.start();
      const journal = right.journal<RolloutEvent>();
      while ((await journal.unfinished()).some((one) => one.number === number)) await pause(20);
      await other.stop();
      const [records, stored] = [await journal.read(number), contents(cluster)];
      assert.equal((await journal.active("prod", service))?.release, "one");

      gate.resolve();
      await pause(200);
      await paused.stop();
      assert.deepEqual(await journal.read(number), records);
      assert.deepEqual(contents(cluster), stored);
    });
  }
});
