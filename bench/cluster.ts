import type { KubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import type { Scope } from "../test/e2e/platform.ts";
import { startKubernetes } from "../test/kubernetes/harness/start-kubernetes.ts";
import { startEmbedded } from "./embedded.ts";
import { measureMemory, measureStart } from "./embedded-figures.ts";
import { median, type Row, type SizeRow } from "./measure.ts";
import { configMap, configMaps, count, each, send } from "./requests.ts";

/** Requests of one turn. */
const block = 100;
const turns = 10;
/** Not counted: connections are opened, code is loaded and compiled. Both sides are servers that run for weeks. */
const warmUp = 3;
const listed = 5_000;

/** An embedded cluster beside a real API server with etcd, both in processes of their own: the same client's work. */
export async function cluster(scope: Scope): Promise<readonly (Row | SizeRow)[]> {
  const own = [...(await measureStart(scope)), ...(await measureMemory(scope))];
  const { clusters } = await startKubernetes(scope);
  const theirs = clusters[0]?.client;
  if (theirs === undefined) throw new Error("there is no cluster");
  const { client: ours } = await startEmbedded(scope);
  const row = async (what: string, work: (client: KubernetesClient, turn: number) => Promise<void>): Promise<Row> => {
    const [milliseconds, peerMilliseconds] = await inTurns(
      (turn) => work(ours, turn),
      (turn) => work(theirs, turn),
    );
    const peer = "Kubernetes 1.36 with etcd";
    return { what: `minicluster: ${what}`, milliseconds, peer, peerMilliseconds, bound: "no slower" };
  };
  const many =
    (one: (client: KubernetesClient, name: string) => Promise<void>) => (client: KubernetesClient, turn: number) =>
      each(block, (number) => one(client, `object-${turn * block + number}`));
  const at = configMaps("bench");
  const watches = new Map<KubernetesClient, () => Promise<unknown>>();
  for (const client of [ours, theirs]) {
    for (const name of ["bench", "many", "seen"])
      await send(client, "POST", "/api/v1/namespaces", { metadata: { name } });
    await each(listed, (number) => send(client, "POST", configMaps("many"), configMap(`object-${number}`)));
    watches.set(client, await watch(scope, client, configMaps("seen")));
  }
  return [
    await row(
      `create ${block}`,
      many((client, name) => send(client, "POST", at, configMap(name))),
    ),
    await row(
      `get ${block}`,
      many((client, name) => send(client, "GET", `${at}/${name}`)),
    ),
    await row(
      `server-side apply ${block}`,
      many((client, name) => {
        const body = { ...configMap(name), data: { round: "two" } };
        return send(client, "PATCH", `${at}/${name}?fieldManager=bench`, body, "application/apply-patch+yaml");
      }),
    ),
    await row(`list ${listed} objects`, async (client) => {
      if ((await count(client, configMaps("many"))) < listed) throw new Error("the list is not whole");
    }),
    await row(`${block} changes, each until a watcher sees it`, async (client, turn) => {
      for (let number = 0; number < block; number += 1) {
        const change = send(client, "POST", configMaps("seen"), configMap(`object-${turn * block + number}`));
        await watches.get(client)?.();
        await change;
      }
    }),
    ...own,
  ];
}

/** Medians of both in short turns, so that neither takes the machine from the other, and other load meets both. */
async function inTurns(
  ours: (turn: number) => Promise<void>,
  theirs: (turn: number) => Promise<void>,
): Promise<readonly [number, number]> {
  const sides = [
    { work: ours, times: [] as number[] },
    { work: theirs, times: [] as number[] },
  ] as const;
  for (let turn = 0; turn < warmUp + turns; turn += 1) {
    for (const { work, times } of turn % 2 === 0 ? sides : sides.toReversed()) {
      const begin = performance.now();
      await work(turn);
      if (turn >= warmUp) times.push(performance.now() - begin);
    }
  }
  return [median(sides[0].times), median(sides[1].times)];
}

/** Waits for the next event of what comes from now on. */
async function watch(scope: Scope, client: KubernetesClient, at: string): Promise<() => Promise<unknown>> {
  const { events, close } = await client.watch(`${at}?watch=true&resourceVersion=0`);
  scope.after(async () => close());
  const iterator = events[Symbol.asyncIterator]();
  return () => iterator.next();
}
