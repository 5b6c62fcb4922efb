import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { postMessage } from "./post-message.ts";
import { newSecret } from "./sign-message.ts";

const guide = fileURLToPath(new URL("../../../../docs/guides/webhooks.md", import.meta.url));

test("the guide's receiver takes what is signed with its secret, and nothing else", async (t) => {
  const program = /```js\n([\s\S]*?)```/.exec(await readFile(guide, "utf8"))?.[1] ?? assert.fail("no program");
  const folder = await mkdtemp(join(tmpdir(), "fairway-guide-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "receiver.mjs"), program);
  const secret = newSecret();
  const receiver = spawn(process.execPath, [join(folder, "receiver.mjs")], {
    env: { WEBHOOK_SECRET: secret, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => receiver.kill());
  const lines = createInterface({ input: receiver.stdout });
  const [listening] = await once(lines, "line");
  const url = `http://127.0.0.1:${String(listening).split(" ")[1]}/`;

  const message = { id: "18-9", body: JSON.stringify({ type: "rollout.done", data: { service: "user" } }) };
  const how = { now: Date.now(), deadline: 5_000, signal: new AbortController().signal };
  const told = once(lines, "line");
  assert.equal((await postMessage(url, message, secret, how)).answer, 204);
  assert.equal((await told)[0], "18-9 rollout.done user");
  assert.equal((await postMessage(url, message, newSecret(), how)).answer, 401);
  assert.equal((await postMessage(url, message, secret, { ...how, now: how.now - 3_600_000 })).answer, 401);
});
