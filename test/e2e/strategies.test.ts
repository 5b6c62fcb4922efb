import assert from "node:assert/strict";
import { test } from "node:test";
import { constantLoad, eventually, type Platform, startPlatform, writeService } from "./platform.ts";

const server = (greeting: string) => `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end(${JSON.stringify(greeting)}));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;
const appToml = (more = "") => `name = "shop"\nreplicas = 2\n[engine]\nname = "node"\n${more}`;
const gated = '[deploy]\nstrategy = "canary"\nsteps = [{ weight = 50 }]\n';

async function deploy(platform: Platform, files: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  const folder = await writeService(platform, "shop", files);
  const ended = await platform.fairway(["deploy", folder, ...flags]);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
}

/** The newest rollout, once it stands at its gate. */
async function atTheGate(platform: Platform): Promise<number> {
  const { items } = await platform.client.listRollouts({ query: { service: "shop", limit: 1 } });
  const { number } = items[0] ?? { number: 0 };
  await eventually("the gate", async () => {
    const { steps, endedAt, reason } = await platform.client.getRollout({ params: { number } });
    assert.equal(endedAt, undefined, reason);
    return steps.some(({ status, hold }) => status === "holding" && hold === undefined);
  });
  return number;
}

test("a canary waits at its gate, is promoted or aborted by name, and fails no request; a migration runs in the lead cluster", async (t) => {
  const platform = await startPlatform(t);
  await deploy(platform, { "app.toml": appToml(), "index.js": server("one") });
  const load = constantLoad(platform, "shop", 40);
  t.after(() => load.stop());

  await deploy(platform, { "app.toml": appToml(gated), "index.js": server("two") }, "--no-wait");
  const first = await atTheGate(platform);
  const seen = new Set<string>();
  for (let n = 0; n < 40; n += 1) seen.add((await platform.get("shop")).body);
  assert.deepEqual([...seen].toSorted(), ["one", "two"], "both answer");
  const promoted = await platform.fairway(["promote", "shop", "--follow"]);
  assert.equal(promoted.code, 0, promoted.stdout + promoted.stderr);
  assert.equal((await platform.client.getRollout({ params: { number: first } })).status, "succeeded");
  assert.equal((await platform.get("shop")).body, "two");

  await deploy(platform, { "index.js": server("three") }, "--no-wait");
  await atTheGate(platform);
  const aborted = await platform.fairway(["rollback", "shop"]);
  assert.equal(aborted.code, 0, aborted.stdout + aborted.stderr);
  assert.equal((await platform.get("shop")).body, "two");

  const migrations = '[migrations]\ncommand = "node migrate.js"\n';
  const migrate = `console.log("migrated");`;
  await deploy(platform, { "app.toml": appToml(migrations), "index.js": server("four"), "migrate.js": migrate });
  const { items } = await platform.client.listRollouts({ query: { service: "shop", limit: 1 } });
  const { migration } = await platform.client.getRollout({ params: { number: items[0]?.number ?? 0 } });
  assert.deepEqual([migration?.cluster, migration?.status], ["alpha", "succeeded"]);

  const { failed, answered } = await load.stop();
  assert.deepEqual(failed, []);
  assert.ok(answered > 100, `only ${answered} answers`);
});
