import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Release, RolloutDetail } from "@fairway/api";
import { buildSnapshot, compressSnapshot } from "@fairway/images";

/** An app.toml of two replicas; `more` stands before its tables. */
export const appToml = (name: string, more = "") => `name = "${name}"
description = "says hello"
kind = "business"
owner = "me"
replicas = 2
${more}
[engine]
name = "node"
`;

/** Sends a service of one file. Gives its snapshot's digest. */
export async function upload(client: Client, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fairway-service-"));
  try {
    await writeFile(join(folder, "index.js"), content);
    const snapshot = await buildSnapshot({ folder, engine: "node" });
    const params = { digest: snapshot.digest };
    if (!(await client.headSnapshot({ params }))) {
      await client.putSnapshot({ params, content: compressSnapshot(snapshot.tarPath) });
    }
    assert.equal(await client.headSnapshot({ params }), true);
    await snapshot.remove();
    return snapshot.digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The release of a service with this content. */
export async function release(client: Client, service: string, content: string, more = ""): Promise<Release> {
  const snapshot = await upload(client, content);
  return (await client.createRelease({ body: { appToml: appToml(service, more), snapshot } })).release;
}

/** Rolls a release out and waits for the end. */
export async function rollOut(client: Client, service: string, name: string): Promise<RolloutDetail> {
  const { number } = await client.createRollout({ body: { service, release: name, idempotencyKey: randomUUID() } });
  return ended(client, number);
}

export async function ended(client: Client, number: number): Promise<RolloutDetail> {
  let last: RolloutDetail | undefined;
  for await (const { data } of client.followRollout({ params: { number } })) last = data;
  assert.ok(last);
  return last;
}

/** Asks again and again until the answer fits; fails after ten seconds. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  fits: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    assert.ok(Date.now() < end, `it never came: ${JSON.stringify(answer)}`);
    await pause(20);
  }
}
