import type { KubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import type { Scope } from "../../test/e2e/platform.ts";
import { type Row, spreadRow } from "../measure.ts";
import { appToml, environment, type RolloutWorld } from "./world.ts";

const rounds = 3;
const service = "killed";

/** A server that is killed while it waits for pods, and one that goes on: when that one does something in the cluster. */
export async function resume(scope: Scope, world: RolloutWorld): Promise<readonly Row[]> {
  const { cluster, image, write, one: server } = world;
  const deploy = async (round: number) => {
    const at = await write(service, appToml({ name: service, image, round }));
    await server.fairway(0, "deploy", at, "--env", environment, "--no-wait");
    const { items } = await server.client.listRollouts({ query: { service, limit: 1 } });
    return items[0]?.number ?? 0;
  };
  const untilEnd = async (number: number) => {
    for await (const { data } of server.client.followRollout({ params: { number } })) {
      if (data.status === "succeeded") return;
      if (data.endedAt !== undefined) throw new Error(`the rollout ${data.status}: ${data.reason}`);
    }
  };
  await untilEnd(await deploy(0));
  const [actions, starts]: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    const number = await deploy(round);
    for await (const { data } of server.client.followRollout({ params: { number } })) {
      if (data.clusters.some(({ phases }) => phases["app"]?.status === "running")) break;
    }
    await server.kill();
    // It first says in the cluster that it drives now.
    const written = await nextWrite(scope, cluster.client);
    const begin = performance.now();
    await server.start();
    starts.push(performance.now() - begin);
    actions.push((await written()) - begin);
    await untilEnd(number);
  }
  const what = "rollout: after `kill -9` of the server, from the new one's start to its next action";
  return [spreadRow(what, actions, "until it listens", starts, "2 s")];
}

/** The next write of what a service has in a cluster; by `performance.now()`. */
async function nextWrite(scope: Scope, client: KubernetesClient): Promise<() => Promise<number>> {
  const at = `/api/v1/namespaces/${service}/configmaps`;
  const { body } = await client.request("GET", `${at}?limit=1`);
  const { resourceVersion } = Object(body["metadata"]);
  const { events, close } = await client.watch(`${at}?watch=true&resourceVersion=${resourceVersion}`);
  scope.after(async () => close());
  const first = events[Symbol.asyncIterator]()
    .next()
    .then(() => performance.now());
  return () => first;
}
