import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { DriftChange, ServiceDrift } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { services } from "../testing/platform.ts";
import { at, rollout, start } from "../testing/rollout-detail.ts";

const image = '.spec.template.spec.containers[name="app"].image';
const changes: readonly DriftChange[] = [
  {
    ...{
      clusters: ["beta"],
      object: "Deployment/user-a",
      field: ".spec.replicas",
      change: "changed",
      wanted: 2,
      live: 5,
    },
    ...{ hidden: false, manager: "kubectl-edit", at: at(-720), kept: false },
  },
  { clusters: ["alpha", "beta"], object: "NetworkPolicy/user", change: "deleted", hidden: false, kept: false },
  {
    ...{ clusters: ["alpha", "beta"], object: "Deployment/user-a", field: image, change: "changed" },
    ...{ wanted: "app:1", live: "app:2", hidden: false, manager: "updater", at: at(-86_400), kept: true },
  },
];
const found: ServiceDrift = {
  ...{ service: "user", environment: "prod", release: "7c41e0b8a402", checkedAt: at(0) },
  changes: [...changes],
  kept: [
    { object: "Deployment/user-a", field: image, actor: "olga", at: at(-80_000) },
    { object: "Deployment/user-a", field: ".spec.paused", actor: "ivan", at: at(-7_200) },
  ],
  clusters: [
    { cluster: "alpha", compared: true, problems: [] },
    { cluster: "beta", compared: true, problems: [] },
  ],
};

async function run(t: TestContext, args: readonly string[], handlers: Parameters<typeof fakeServer>[1] = {}) {
  const asked: unknown[] = [];
  const server = await fakeServer(t, {
    platform: () => ({ value: { version: "0.1.0", environments: [{ name: "prod", clusters: ["alpha", "beta"] }] } }),
    getDrift: () => ({ value: found }),
    keepField: ({ body }) => {
      asked.push(body);
      return { value: { object: "Deployment/user", field: ".spec.replicas", kept: true } };
    },
    repairDrift: () => ({ value: rollout({ number: 19, kind: "repair" }) }),
    followRollout: () => ({
      events: [{ id: "1", data: rollout({ number: 19, kind: "repair", status: "succeeded" }) }],
      end: "end",
    }),
    listServices: () => ({
      value: {
        items: services.map((one, n) =>
          n === 0 ? { ...one, drift: { checkedAt: at(0), changes: changes.filter(({ kept }) => !kept) } } : one,
        ),
      },
    }),
    listClusters: () => ({ value: { items: [] } }),
    listRollouts: () => ({ value: { items: [] } }),
    ...handlers,
  });
  const shell = fakeShell({ time: start, environment: { NO_COLOR: "1", ...server.environment } });
  return { code: await runProgram(args, shell, "0.0.0"), out: shell.written.out, err: shell.written.err, asked };
}

test("fairway drift: one service with what, by whom, since when, and what to do; fits 80 columns", async (t) => {
  const one = await run(t, ["drift", "user"]);
  assertGolden("questions/drift.txt", one.out);
  for (const line of one.out.split("\n")) assert.ok(line.length <= 80, line);
  assert.equal(one.code, 0);
  assert.equal((await run(t, ["drift", "user", "--exit-code"])).code, 3);
  assert.deepEqual(JSON.parse((await run(t, ["drift", "user", "--json"])).out), found);
});

test("fairway drift: all services; status says the same", async (t) => {
  const all = await run(t, ["drift"]);
  assert.match(
    all.out,
    /user\n.*changed by hand: \.spec\.replicas of Deployment\/user-a by kubectl-edit, 12 min\s+ago/,
  );
  const status = await run(t, ["status"]);
  assert.match(status.out, /user {2}changed by hand: \.spec\.replicas of Deployment\/user-a by kubectl-edit,\s+12/);
  const none = await run(t, ["drift"], { listServices: () => ({ value: { items: [...services] } }) });
  assert.match(none.out, /^Nothing was changed by hand in prod/);
  assert.equal((await run(t, ["drift", "--exit-code"])).code, 3);
});

test("fairway drift: a cluster that could not be asked makes it fail, and is named", async (t) => {
  const unknown = {
    ...found,
    changes: [],
    clusters: [{ cluster: "beta", compared: false, problems: ["cluster beta cannot be reached"] }],
  };
  const one = await run(t, ["drift", "user"], { getDrift: () => ({ value: unknown }) });
  assert.match(one.out, /beta: cluster beta cannot be reached/);
  assert.equal(one.code, 1);
});

test("fairway drift keep and repair", async (t) => {
  const kept = await run(t, ["drift", "keep", "user", ".spec.replicas", "--object", "Deployment/user-a"]);
  assert.deepEqual(kept.asked, [
    { environment: "prod", field: ".spec.replicas", kept: true, object: "Deployment/user-a" },
  ]);
  assert.match(kept.out, /^\.spec\.replicas of Deployment\/user is left to whoever has set it\./);
  assert.deepEqual((await run(t, ["drift", "keep", "user", ".spec.replicas", "--undo"])).asked, [
    { environment: "prod", field: ".spec.replicas", kept: false },
  ]);
  const repaired = await run(t, ["drift", "repair", "user"]);
  assert.equal(repaired.code, 0, repaired.err);
  assert.match(repaired.out, /repair/);
});
