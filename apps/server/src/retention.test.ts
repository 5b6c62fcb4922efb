import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Release } from "@fairway/api";
import { eventually, release, rollOut } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer({ retention: { kept: 2, after: 0 } });
});
after(() => server.stop());

const files = async () => (await readdir(join(server.home, "snapshots"))).toSorted();
const fileOf = ({ snapshot }: Release) => `${snapshot?.replace("sha256:", "")}.tar`;
const isStored = ({ snapshot = "" }: Release) => server.client.headSnapshot({ params: { digest: snapshot } });
const releases = async () => (await server.client.listReleases({ params: { service: "old" } })).items;

test("releases beyond those that are kept lose their snapshot, file and record; the active one never does", async () => {
  const made: Release[] = [];
  for (const content of ["one", "two", "three", "four"]) {
    const next = await release(server.client, "old", `// ${content}`);
    assert.equal((await rollOut(server.client, "old", next.name)).status, "succeeded");
    made.push(next);
  }
  const [one, two, three, four] = made;
  assert.ok(one && two && three && four);
  const left = [fileOf(three), fileOf(four)].toSorted();
  assert.deepEqual(await eventually(files, (found) => found.length === 2), left);
  await eventually(
    () => isStored(two),
    (stored) => !stored,
  );
  assert.deepEqual([await isStored(one), await isStored(three), await isStored(four)], [false, true, true]);
  assert.deepEqual(
    (await releases()).map(({ name, available, active }) => [name, available, active]),
    [
      [four.name, true, true],
      [three.name, true, false],
      [two.name, false, false],
      [one.name, false, false],
    ],
  );
  await assert.rejects(rollOut(server.client, "old", one.name), { code: "release-not-available", status: 409 });

  // Newer ones that nobody rolled out take no place from what runs and what it came from.
  for (const content of ["five", "six", "seven"]) await release(server.client, "old", `// ${content}`);
  const back = await rollOut(server.client, "old", "previous");
  assert.deepEqual([back.status, back.to], ["succeeded", three.name]);
  await eventually(files, (found) => found.length === 4);
  for (const kept of [three, four]) assert.ok((await files()).includes(fileOf(kept)));
  assert.equal((await rollOut(server.client, "old", "previous")).to, four.name);
});

test("a snapshot that is gone can be sent again, and its release is there again", async () => {
  const again = await release(server.client, "old", "// one");
  assert.equal(again.available, true);
  const done = await rollOut(server.client, "old", again.name);
  assert.deepEqual([done.status, done.to], ["succeeded", again.name]);
});
