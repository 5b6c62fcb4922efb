import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Delivery, Webhook } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { at, start } from "../testing/rollout-detail.ts";

const delivered: Delivery = {
  ...{ message: "18-9", event: "done", rollout: 18, status: "delivered", attempts: 1 },
  ...{ createdAt: at(-60), lastAt: at(-59), answer: 204 },
};
const failing: Delivery = {
  ...{ message: "18-1", event: "started", rollout: 18, status: "waiting", attempts: 3 },
  ...{ createdAt: at(-600), lastAt: at(-120), error: "ECONNREFUSED" },
};
const chat: Webhook = {
  ...{ id: 1, url: "https://chat.example.com/hooks/deploys", events: ["failed", "done"], environment: "prod" },
  ...{ actor: "admin", createdAt: at(-9_000), last: delivered },
};

async function run(t: TestContext, ...args: readonly string[]) {
  const asked: unknown[] = [];
  const server = await fakeServer(t, {
    platform: () => ({ value: { version: "0.1.0", environments: [{ name: "prod", clusters: ["alpha"] }] } }),
    listWebhooks: () => ({
      value: { items: [chat, { ...chat, id: 2, last: failing }, { ...chat, id: 3, goneAt: at(-90) }] },
    }),
    listDeliveries: () => ({ value: { items: [delivered, failing] } }),
    addWebhook: ({ body }) => {
      asked.push(body);
      return { value: { ...chat, secret: "whsec_c2VjcmV0" }, status: 201 };
    },
    testWebhook: ({ params }) => ({
      value:
        String(params["webhook"]) === "1"
          ? { delivered: true, message: "test-1", answer: 204 }
          : { delivered: false, message: "test-2", error: "ECONNREFUSED" },
    }),
    removeWebhook: () => ({ value: undefined, status: 204 }),
  });
  const shell = fakeShell({ time: start, environment: { NO_COLOR: "1", ...server.environment } });
  return { code: await runProgram(args, shell, "0.0.0"), out: shell.written.out, err: shell.written.err, asked };
}

test("fairway webhook list: fits 80 columns, says what became of the last message; one webhook's messages", async (t) => {
  const all = await run(t, "webhook", "list");
  assertGolden("questions/webhooks.txt", all.out);
  assertGolden("questions/webhook-deliveries.txt", (await run(t, "webhooks", "1")).out);
  for (const line of all.out.split("\n")) assert.ok(line.length <= 80, line);
});

test("fairway webhook add: shows the secret once; refuses unknown events before it asks", async (t) => {
  const added = await run(
    t,
    "webhook",
    "add",
    "https://chat.example.com/hooks/deploys",
    "--events",
    "failed, done",
    "--env",
    "prod",
  );
  assert.deepEqual(added.asked, [
    { url: "https://chat.example.com/hooks/deploys", events: ["failed", "done"], environment: "prod" },
  ]);
  assert.match(added.out, /secret {2}whsec_c2VjcmV0\n.*not shown again/);
  const unknown = await run(t, "webhook", "add", "https://chat.example.com/", "--events", "everything");
  assert.deepEqual([unknown.code, unknown.asked], [2, []]);
});

test("fairway webhook test and remove", async (t) => {
  assert.match((await run(t, "webhook", "test", "1")).out, /taken with 204/);
  const failed = await run(t, "webhook", "test", "2");
  assert.equal(failed.code, 1);
  assert.match(failed.err, /not taken: ECONNREFUSED/);
  assert.equal((await run(t, "webhook", "test", "one")).code, 2);
  assert.match((await run(t, "webhook", "remove", "1")).out, /forgotten/);
});
