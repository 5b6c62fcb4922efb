import { setTimeout as pause } from "node:timers/promises";
import type { KubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import type { Scope } from "../test/e2e/platform.ts";
import { startEmbedded } from "./embedded.ts";
import { median, processTime, type Row, type SizeRow } from "./measure.ts";
import { configMap, configMaps, count, deployment, each, send } from "./requests.ts";

const rounds = 7;

/** How soon an embedded cluster is there, as a call and as a process. */
export async function measureStart(scope: Scope): Promise<readonly Row[]> {
  const calls: number[] = [];
  const wholes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { call, whole, stop } = await startEmbedded(scope);
    await stop();
    calls.push(call);
    wholes.push(whole);
  }
  const peerMilliseconds = processTime(process.execPath, ["-e", "0"], rounds);
  const row = (what: string, times: readonly number[], bound: string) => ({
    what: `minicluster: ${what}`,
    milliseconds: median(times),
    peer: "`node -e 0`",
    peerMilliseconds,
    bound,
  });
  return [row("start, in a new folder", calls, "300 ms"), row("start, with its process", wholes, "")];
}

/** What objects add to the memory of its process: themselves, the history for watches, what controllers know of them. */
export async function measureMemory(scope: Scope): Promise<readonly SizeRow[]> {
  return [
    await added(scope, "1,000 ConfigMaps", 5_000, async (client) => {
      await each(5_000, (number) => send(client, "POST", configMaps("bench"), configMap(`object-${number}`)));
    }),
    await added(scope, "1,000 Deployments and ReplicaSets", 2_000, async (client) => {
      const at = "/apis/apps/v1/namespaces/bench";
      await each(1_000, (number) => send(client, "POST", `${at}/deployments`, deployment(`service-${number}`)));
      while ((await count(client, `${at}/replicasets`)) < 1_000) await pause(50);
    }),
  ];
}

async function added(
  scope: Scope,
  what: string,
  objects: number,
  fill: (client: KubernetesClient) => Promise<void>,
): Promise<SizeRow> {
  const { client, bytes, stop } = await startEmbedded(scope);
  await send(client, "POST", "/api/v1/namespaces", { metadata: { name: "bench" } });
  const before = await bytes();
  await fill(client);
  const after = await bytes();
  await stop();
  return {
    what: `minicluster: memory that ${what} add`,
    megabytes: ((after - before) / objects) * 1_000 * 1e-6,
    bound: "50 MB",
  };
}
