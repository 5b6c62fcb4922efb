import { setTimeout as pause } from "node:timers/promises";
import type { Scope } from "../test/e2e/platform.ts";
import { startFakeNodes } from "../test/kubernetes/harness/fake-nodes.ts";
import { type KubernetesCluster, startKubernetes } from "../test/kubernetes/harness/start-kubernetes.ts";
import { measureFollow } from "./follow.ts";
import type { SizeRow } from "./measure.ts";

const nodes = 200;
const services = 200;
const podsPerService = 25;
const parallel = 20;

/** What the server needs to follow a large cluster: every pod of every service, as it changes. */
export async function scale(scope: Scope): Promise<readonly SizeRow[]> {
  const { clusters, binaries } = await startKubernetes(scope);
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error("there is no cluster");
  await startFakeNodes(cluster, binaries, nodes);
  const all = Array.from({ length: services }, (_, number) => `service-${number}`);
  await sideBySide(all, (service) => makeService(cluster, service));
  const pods = services * podsPerService;
  await untilRunning(cluster);
  const { kept, peak, resident, untilSeen } = await measureFollow(cluster.kubeconfigPath, pods);
  const what = `following ${pods} pods of ${services} services on ${nodes} nodes`;
  return [
    { what: `${what}: memory that stays`, megabytes: kept * 1e-6, bound: "150 MB" },
    { what: `${what}: at its most, while the lists come`, megabytes: peak * 1e-6, bound: "150 MB" },
    { what: `${what}: the whole process, ${(untilSeen / 1000).toFixed(1)} s`, megabytes: resident * 1e-6, bound: "" },
  ];
}

async function makeService({ client }: KubernetesCluster, service: string): Promise<void> {
  const labels = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": service };
  const send = async (path: string, body: object) => {
    const deadline = Date.now() + 120_000;
    for (;;) {
      const answer = await client.request("POST", path, { body });
      if (answer.code === 201) return;
      // A new namespace gets its service account a moment later.
      if (answer.code !== 403 || Date.now() > deadline) throw new Error(answer.text);
      await pause(50);
    }
  };
  await send("/api/v1/namespaces", { metadata: { name: service, labels } });
  for (let number = 0; number < podsPerService; number += 1) {
    await send(`/api/v1/namespaces/${service}/pods`, {
      metadata: { name: `${service}-a-${number}`, labels: { ...labels, "fairway.dev/slot": "a" } },
      spec: {
        nodeName: `fake-${number % nodes}`,
        automountServiceAccountToken: false,
        containers: [
          {
            name: "app",
            image: `registry.example.com/team/${service}@sha256:${"a".repeat(64)}`,
            ports: [{ name: "http", containerPort: 8080 }],
            env: [{ name: "PORT", value: "8080" }],
            resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "400m", memory: "256Mi" } },
          },
        ],
      },
    });
  }
}

async function untilRunning({ client }: KubernetesCluster): Promise<void> {
  const deadline = Date.now() + 300_000;
  for (;;) {
    const { body } = await client.request("GET", "/api/v1/pods?fieldSelector=status.phase!=Running&limit=1");
    const items = body["items"];
    if (Array.isArray(items) && items.length === 0) return;
    if (Date.now() > deadline) throw new Error("the pods do not all run");
    await pause(500);
  }
}

async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
