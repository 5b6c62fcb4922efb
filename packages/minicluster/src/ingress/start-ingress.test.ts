import assert from "node:assert/strict";
import { test } from "node:test";
import { isService, type Service } from "@fairway/objects";
import { NAMESPACE, type ProcessCluster, server, startProcessCluster, workload } from "../testing/process-cluster.ts";

function service(name: string, slot: string, weights?: string): Service {
  const own = name === "web" ? {} : { "fairway.dev/slot": slot };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...{ name, namespace: NAMESPACE, labels: { "fairway.dev/service": "web", ...own } },
      annotations: weights === undefined ? {} : { "fairway.dev/weights": weights },
    },
    spec: {
      selector: { "fairway.dev/service": "web", "fairway.dev/slot": slot },
      ports: [{ name: "http", port: 80, targetPort: "http" }],
    },
  };
}

/** What the gateway says of the stable Service. */
function taken(cluster: ProcessCluster): string | undefined {
  const stored = cluster.objects.get({ resource: "services", namespace: NAMESPACE, name: "web" });
  const conditions = stored !== undefined && isService(stored) ? (stored.status?.conditions ?? []) : [];
  const condition = conditions.find(({ type }) => type === "fairway.dev/WeightsTaken");
  return condition?.status === "True" ? condition.message : undefined;
}

const says = (cluster: ProcessCluster, shares: string) =>
  cluster.until(() => taken(cluster) === shares, `the gateway says ${shares}`);

/** Runs these slots and waits until they are ready. */
async function run(cluster: ProcessCluster, ...slots: readonly string[]): Promise<void> {
  for (const slot of slots) {
    const [deployment] = workload(cluster.image(server(slot)));
    if (deployment === undefined) throw new Error("no deployment");
    cluster.apply(
      JSON.parse(JSON.stringify(deployment).replaceAll('"web-a"', `"web-${slot}"`).replaceAll('"a"', `"${slot}"`)),
    );
    cluster.apply(service(`web-${slot}`, slot));
  }
}

async function count(cluster: ProcessCluster, requests: number): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < requests; index += 1) {
    const { body } = await cluster.get("/");
    counts[body] = (counts[body] ?? 0) + 1;
  }
  return counts;
}

test("what the gateway says of shares is what it does, from the first request after; a restart says it anew", async (t) => {
  const cluster = await startProcessCluster(t);
  cluster.apply(service("web", "a"));
  await run(cluster, "a", "b");
  await says(cluster, '{"a":100,"b":0}');
  cluster.apply(service("web", "a", '{"a":75,"b":25}'));
  await says(cluster, '{"a":75,"b":25}');
  assert.deepEqual(await count(cluster, 40), { a: 30, b: 10 });
  cluster.apply(service("web", "b"));
  await says(cluster, '{"a":0,"b":100}');
  assert.deepEqual(await count(cluster, 10), { b: 10 });

  await cluster.restart();
  const stored = cluster.objects.get({ resource: "services", namespace: NAMESPACE, name: "web" });
  assert.ok(stored && isService(stored));
  // As a process that ended before it knew better would have left it.
  const conditions = (stored.status?.conditions ?? []).map((one) => ({ ...one, message: '{"a":100,"b":0}' }));
  cluster.objects.update("services", { ...stored, status: { conditions } }, { subresource: "status" });
  await says(cluster, '{"a":0,"b":100}');
  assert.deepEqual(cluster.messages, []);
});

test("a slot that has nobody loses no request, and its share is not called taken", async (t) => {
  const cluster = await startProcessCluster(t);
  cluster.apply(service("web", "a"));
  await run(cluster, "a");
  cluster.apply(service("web-b", "b"));
  cluster.apply(service("web", "a", '{"a":1,"b":0}'));
  await says(cluster, '{"a":1,"b":0}');
  cluster.apply(service("web", "a", '{"a":50,"b":50}'));
  await cluster.until(() => taken(cluster) === undefined, "the gateway says that it does not");
  assert.deepEqual(await count(cluster, 10), { a: 10 });
  await run(cluster, "b");
  await says(cluster, '{"a":50,"b":50}');
  assert.deepEqual(await count(cluster, 10), { a: 5, b: 5 });
});
