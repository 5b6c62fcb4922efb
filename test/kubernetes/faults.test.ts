/** What happens to rollouts when a cluster's API server stops in the middle of them: in each phase, under constant requests. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RolloutView } from "@fairway/rollout";
import { answering } from "../traffic/answering.ts";
import { type How, holds } from "../traffic/rollouts.ts";
import { allAtRest } from "./oracle.ts";
import { show } from "./show.ts";
import { startTwoClusters, type TwoClusters } from "./two-clusters.ts";
import { until } from "./until.ts";

/** Above the longest of the short outages, below the least of the long one. */
const unreachable = 20_000;
const limits = { unreachable, reach: unreachable, giveUp: 4_000, suspect: 500, converge: 1_000 };

/** Each is caught in the phase that it is named by. */
const services = ["in-prepare", "in-init", "in-db", "in-app", "in-balancing", "in-cleanup"] as const;
type Service = (typeof services)[number];

const blueGreen: How = { strategy: "blue-green" };
const how: Readonly<Record<Service, How>> = {
  "in-prepare": {},
  "in-init": blueGreen,
  "in-db": {},
  "in-app": {},
  "in-balancing": { strategy: "blue-green", switch: "by-hand" },
  "in-cleanup": blueGreen,
};

const migrations = `[migrations]
command = ["node", "-e", "require('http').get(process.env.GATE)"]
`;

describe("an API server that stops", () => {
  const ends: (() => Promise<void>)[] = [];
  let world: TwoClusters;
  const last = new Map<Service, string>();

  before(async () => {
    world = await startTwoClusters({ after: (work) => void ends.push(work) }, limits);
    const gate = await world.gate();
    gate.open();
    await Promise.all(services.map((service) => world.rollouts.deploy(appToml(service, "1", gate.url))));
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  const appToml = (service: Service, release: string, gate: string) =>
    answering(service, release, {
      replicas: 1,
      env: { GATE: gate },
      tables: service === "in-db" ? migrations : "",
    });

  /** Begins a rollout of each service, and takes each to its phase; `caught` comes then, and all go on after it. */
  async function catchAll(release: string, caught: () => Promise<void>): Promise<Readonly<Record<Service, number>>> {
    const { rollouts, hold } = world;
    const [closed, open] = [await world.gate(), await world.gate()];
    open.open();
    const held = [hold("in-prepare", "prepare"), hold("in-init", "init"), hold("in-cleanup", "cleanup")];
    const begin = async (service: Service) => {
      const gate = service === "in-db" || service === "in-app" ? closed : open;
      return [service, await rollouts.begin(appToml(service, release, gate.url), how[service])] as const;
    };
    const numbers = Object.fromEntries(await Promise.all(services.map(begin))) as Record<Service, number>;
    await Promise.all([
      ...held.map(({ reached }) => reached),
      rollouts.until(numbers["in-db"], ({ migration }) => migration?.status === "running"),
      rollouts.until(numbers["in-app"], ({ phase }) => phase === "app"),
      // The migration, and a pod in each cluster.
      until(() => closed.waiting() === 3, "pods that wait at the gate"),
      rollouts.until(numbers["in-balancing"], holds(0)),
    ]);
    await caught();
    for (const one of held) one.letGo();
    closed.open();
    await rollouts.command(numbers["in-balancing"], { type: "promote" });
    return numbers;
  }

  const here = (view: RolloutView) => view.clusters.find(({ name }) => name === world.a.name) ?? assert.fail();
  const releaseOf = async (number: number) => (await world.rollouts.view(number)).to;

  it("for a moment, in each phase: rollouts say so, wait and go on", async () => {
    const { a, b, rollouts, under } = world;
    await under(services, async () => {
      const numbers = await catchAll("2", () => a.freeze("kube-apiserver"));
      await Promise.all(
        services.map((service) =>
          until(async () => {
            const { suspect, reachable, behind } = here(await rollouts.view(numbers[service]));
            if (service === "in-prepare") return true;
            // What is decided goes on without it, and says why.
            if (service === "in-cleanup" && behind !== undefined) return /cannot be reached/.test(behind.reason);
            return suspect?.code === "ClusterUnreachable" && !reachable;
          }, `${service} says that ${a.name} cannot be reached`),
        ),
      );
      await a.thaw("kube-apiserver");
      for (const service of services) {
        const { status, reason, from } = await rollouts.closed(numbers[service]);
        show(`${service}: ${status} ${reason} ${from}`);
        assert.equal(status, "succeeded", `${service}: ${reason}`);
        await allAtRest([a, b], { namespace: service, release: await releaseOf(numbers[service]) });
        last.set(service, (await releaseOf(numbers[service])) ?? "");
      }
    });
  });

  it("for long, in each phase: what is not decided goes back, what is goes forward, and the cluster follows when it is back", async () => {
    const { a, b, rollouts, under } = world;
    await under(services, async () => {
      const numbers = await catchAll("3", () => a.stop("kube-apiserver", "SIGKILL"));
      for (const service of services) {
        const { status, reason, causes, findings, clusters } = await rollouts.ended(numbers[service]);
        show(`${service}: ${status} ${reason} ${JSON.stringify(clusters.map(({ behind }) => behind))}`);
        const decided = service === "in-cleanup" ? "succeeded" : service === "in-prepare" ? "refused" : "failed";
        assert.equal(status, decided, service);
        const codes = [...causes, ...findings].map(({ code, cluster }) => `${code} in ${cluster}`);
        assert.deepEqual(codes, decided === "succeeded" ? [] : [`ClusterUnreachable in ${a.name}`], service);
        if (decided === "succeeded") last.set(service, (await releaseOf(numbers[service])) ?? "");
        await allAtRest([b], { namespace: service, release: last.get(service) });
      }
      await a.start("kube-apiserver");
      for (const service of services) {
        await rollouts.closed(numbers[service]);
        await allAtRest([a, b], { namespace: service, release: last.get(service) });
        const drift = await rollouts.drift(service);
        assert.deepEqual(
          drift.flatMap(({ objects, problems }) => [...objects, ...problems]),
          [],
          service,
        );
      }
    });
  });
});
