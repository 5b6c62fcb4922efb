import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { FleetDetail } from "@fairway/api";
import { ApiProblem } from "@fairway/api";
import { appToml, eventually, rollOut, upload } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

async function deploy(name: string, text = appToml(name)): Promise<string> {
  const snapshot = await upload(server.client, `// ${name}`);
  const { release } = await server.client.createRelease({ body: { appToml: text, snapshot } });
  assert.equal((await rollOut(server.client, name, release.name)).status, "succeeded");
  return release.name;
}

async function set(text: string): Promise<void> {
  const { version } = await server.client.getProfile();
  await server.client.putProfile({ body: { text, after: version } });
}

/** A setting that every Deployment has. */
const limits = (cpu: number) => `[limits]\ncpu = ${cpu}\n`;
const calling = (name: string, dependency: string) => `${appToml(name)}\n[[dependencies]]\nname = "${dependency}"\n`;
const states = ({ services }: FleetDetail) => services.map(({ service, state }) => `${service} ${state}`);

async function start(): Promise<FleetDetail> {
  return server.client.startFleet({ body: {} });
}

async function over(number: number): Promise<FleetDetail> {
  let last: FleetDetail | undefined;
  for await (const { data } of server.client.followFleet({ params: { number } })) last = data;
  assert.ok(last);
  return last;
}

/** What the pods of a service's release under the profile that holds will do. */
async function script(service: string, behaviour: Parameters<TestServer["clusters"]["alpha"]["script"]>[1]) {
  // The same inputs make the same release.
  const snapshot = await upload(server.client, `// ${service}`);
  const { release } = await server.client.createRelease({ body: { appToml: appToml(service), snapshot } });
  for (const cluster of Object.values(server.clusters)) cluster.script(release.name, behaviour);
}

test("a new profile goes to all services, the least critical first, each by a rollout of its own", async () => {
  await deploy("data");
  await deploy("api", calling("api", "data"));
  await deploy("web", calling("web", "api"));
  const before = await server.client.listRollouts();
  await set(limits(8));
  const { items } = await server.client.fleetOrder();
  assert.deepEqual(
    items.map(({ service, dependents }) => [service, dependents]),
    [
      ["web", 0],
      ["api", 1],
      ["data", 2],
    ],
  );
  const { number } = await start();
  const done = await over(number);
  assert.equal(done.status, "done");
  assert.deepEqual(states(done), ["web done", "api done", "data done"]);
  const rollouts = (await server.client.listRollouts()).items.slice(0, -before.items.length);
  assert.deepEqual(
    rollouts.map(({ service, kind, actor }) => [service, kind, actor]),
    [
      ["data", "deploy", "admin"],
      ["api", "deploy", "admin"],
      ["web", "deploy", "admin"],
    ],
  );
  assert.ok(rollouts[0]?.changes.length);

  const again = await over((await start()).number);
  assert.deepEqual(states(again), ["web unchanged", "api unchanged", "data unchanged"]);
  const [found] = (await server.client.listFleets({ query: {} })).items;
  assert.deepEqual([found?.number, found?.status], [again.number, "done"]);
});

test("lists of fleets are told when one begins, is paused and ends", async () => {
  await deploy("one");
  await set(limits(8));
  await script("one", { kind: "ready", after: 500 });
  const abort = new AbortController();
  const open = Promise.withResolvers<void>();
  const stream = server.client.events({ signal: abort.signal, onConnection: () => open.resolve() });
  const events = stream[Symbol.asyncIterator]();
  const told = async (): Promise<unknown> => {
    for (;;) {
      const { value } = await events.next();
      if (value?.data.kind === "fleet") return value.data;
    }
  };
  const first = told();
  await open.promise;
  const { number } = await start();
  assert.deepEqual(await first, { kind: "fleet", id: "prod", environment: "prod" });
  const second = told();
  await server.client.commandFleet({ params: { number }, body: { command: { type: "pause" } } });
  await second;
  const third = told();
  await server.client.commandFleet({ params: { number }, body: { command: { type: "resume" } } });
  await third;
  assert.equal((await over(number)).status, "done");
  abort.abort();
});

test("it halts with the first failure, and goes on past it when a person says so", async () => {
  for (const name of ["one", "three", "two"]) await deploy(name);
  await set(limits(8));
  await script("one", { kind: "crash", exitCode: 1 });
  const { number } = await start();
  const second = await start().catch((error: unknown) => error);
  assert.ok(second instanceof ApiProblem);
  assert.deepEqual([second.code, second.status], ["fleet-active", 409]);
  const halted = await over(number);
  assert.equal(halted.status, "halted");
  assert.match(halted.reason ?? "", /^1 service failed: one \(rollout \d+\)$/);
  assert.deepEqual(states(halted), ["one failed", "three waiting", "two waiting"]);
  await server.client.commandFleet({ params: { number }, body: { command: { type: "resume" } } });
  const done = await over(number);
  assert.deepEqual(states(done), ["one failed", "three done", "two done"]);
  assert.equal(done.status, "done");
  const late = await server.client
    .commandFleet({ params: { number }, body: { command: { type: "stop" } } })
    .catch((error: unknown) => error);
  assert.ok(late instanceof ApiProblem);
  assert.equal(late.title, `Fleet rollout ${number} is done`);
});

test("it goes on where it was when the server is started again, each service once; rules refuse one and stop nothing", async () => {
  for (const name of ["one", "three"]) await deploy(name);
  await deploy("lonely", 'name = "lonely"\nreplicas = 1\n');
  await set(`${limits(8)}[[rules]]\nname = "two"\nfield = "replicas"\nmin = 2\nmessage = "two of everything"\n`);
  await script("one", { kind: "ready", after: 1_000 });
  const before = (await server.client.listRollouts()).items.length;
  const { number } = await start();
  const params = { number };
  await eventually(
    () => server.client.getFleet({ params }),
    ({ services }) => services.some(({ state }) => state === "rolling"),
  );
  server = await server.restart();
  const done = await over(number);
  assert.deepEqual(states(done), ["lonely refused", "one done", "three done"]);
  assert.match(done.services[0]?.reason ?? "", /two of everything/);
  assert.equal((await server.client.listRollouts()).items.length, before + 2);
});
