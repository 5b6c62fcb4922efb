import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { ApiProblem } from "@fairway/api";
import { ended, rollOut, upload } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

async function make(name: string, path: string, host = "shop.example.com"): Promise<string> {
  const appToml = `name = "${name}"\n[engine]\nname = "node"\n[[public]]\nhost = "${host}"\npath = "${path}"\n`;
  const snapshot = await upload(server.client, `// ${name}`);
  return (await server.client.createRelease({ body: { appToml, snapshot } })).release.name;
}

async function refused(service: string, release: string, kind: "deploy" | "rollback" = "deploy") {
  const body = { service, release, kind, idempotencyKey: randomUUID() };
  const error = await server.client.createRollout({ body }).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof ApiProblem, String(error));
  return [error.status, error.code, error.detail];
}

test("an address goes to whose rollout begins first, and to nobody else while it has it", async () => {
  const [one, two] = [await make("one", "/x"), await make("two", "/x/")];
  const taken = [409, "address-taken", "shop.example.com/x/ belongs to the service one"];
  const body = { service: "one", release: one, idempotencyKey: randomUUID() };
  const { number } = await server.client.createRollout({ body });
  assert.deepEqual(await refused("two", two), taken, "both releases were made while nobody had it");
  assert.equal((await ended(server.client, number)).status, "succeeded");
  assert.deepEqual(await refused("two", two), taken);

  assert.equal((await rollOut(server.client, "one", await make("one", "/y"))).status, "succeeded");
  assert.equal((await rollOut(server.client, "two", two)).status, "succeeded", "it is free again");
  const gone = [409, "address-taken", "shop.example.com/x belongs to the service two"];
  assert.deepEqual(await refused("one", "previous", "rollback"), gone);
});

test("the name under which the edge serves a service is its own", async () => {
  const error = await make("three", "/", "one.localhost").catch((caught: unknown) => caught);
  assert.ok(error instanceof ApiProblem, String(error));
  assert.deepEqual([error.code, error.detail], ["address-taken", "one.localhost/ belongs to the service one"]);
  await make("one", "/", "one.localhost");
});
