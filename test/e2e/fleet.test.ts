/** A new profile goes out to the example services on embedded clusters, and the server is killed on the way. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { eventually, startPlatform } from "./platform.ts";

test("a new profile reaches three services, each once, though the server is killed on the way", async (t) => {
  const platform = await startPlatform(t, { examples: true });
  const before = (await platform.client.listServices()).items.map(({ name }) => name);
  assert.equal(before.length, 3, before.join(", "));
  const count = (await platform.client.listRollouts()).items.length;
  await writeFile(path.join(platform.folder, "profile.toml"), '[labels]\nteam = "everybody"\n');
  const set = await platform.fairway(["profile", "set", "profile.toml", "--yes"]);
  assert.equal(set.code, 0, set.stderr);
  assert.match(set.stdout, /fairway fleet start/);

  const dry = await platform.fairway(["fleet", "start", "--dry-run"]);
  assert.equal(dry.code, 0, dry.stderr);
  for (const name of before) assert.match(dry.stdout, new RegExp(`^${name} `, "m"));
  assert.equal((await platform.client.listFleets({ query: {} })).items.length, 0, "nothing was begun");

  const started = await platform.fairway(["fleet", "start", "--json"]);
  assert.equal(started.code, 0, started.stderr);
  const read = () => platform.client.getFleet({ params: { number: 1 } });
  await eventually("the first service begins", async () =>
    (await read()).services.some(({ rollout }) => rollout !== undefined),
  );
  process.kill(platform.pids["server"] ?? 0, "SIGKILL");

  await eventually("the server is back", read);
  const followed = await platform.fairway(["fleet", "--follow"]);
  assert.equal(followed.code, 0, followed.stdout + followed.stderr);
  assert.match(followed.stdout, /3 of 3 services through: 3 done/);
  assert.equal((await platform.client.listRollouts()).items.length, count + 3, "each service once");
});
