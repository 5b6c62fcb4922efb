import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { FleetDetail, PreviewEvent } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";

const halted: FleetDetail = {
  ...{ number: 3, environment: "prod", kind: "profile", status: "halted", parallel: 10, stopAfter: 1, actor: "admin" },
  reason: "1 service failed: shop (rollout 12)",
  createdAt: "2026-01-01T00:00:00Z",
  services: [
    { service: "user", state: "done", rollout: 11 },
    { service: "shop", state: "failed", rollout: 12, reason: "crashes" },
    { service: "lonely", state: "refused", reason: "two of everything" },
    { service: "pay", state: "waiting" },
  ],
};

const changed = (service: string): PreviewEvent => ({
  ...{ type: "service", environment: "prod", service, release: "7c41e0b8a402", outcome: "changed" },
  ...{ changes: [{ change: "label team added: users", clusters: ["alpha"] }], restarts: [] },
});
const end: PreviewEvent = {
  ...{ type: "end", services: 2, unchanged: 0, changed: 2, refused: 0, unknown: 0, restarting: 0 },
};

async function run(t: TestContext, args: readonly string[], fleet = halted, known = true) {
  const asked: unknown[] = [];
  const server = await fakeServer(t, {
    platform: () => ({ value: { version: "1", environments: [{ name: "prod", clusters: ["alpha"] }] } }),
    listFleets: () => {
      const { services: _, ...listed } = fleet;
      return { value: { items: known ? [listed] : [] } };
    },
    getFleet: () => ({ value: fleet }),
    followFleet: () => ({
      events: [halted, fleet].map((data, index) => ({ id: String(index), data })),
      end: "end",
    }),
    fleetOrder: () => ({
      value: { items: ["user", "shop"].map((service) => ({ service, kind: "business", dependents: 0 })) },
    }),
    previewProfile: () => ({
      events: [changed("user"), changed("shop"), end].map((data, index) => ({ id: String(index), data })),
      end: "end",
    }),
    startFleet: ({ body }) => {
      asked.push(body);
      return { value: fleet };
    },
    commandFleet: ({ body }) => {
      asked.push(body);
      return { value: fleet };
    },
  });
  const shell = fakeShell({ environment: { NO_COLOR: "1", ...server.environment } });
  const code = await runProgram(args, shell, "0.0.0");
  return { code, out: shell.written.out, err: shell.written.err, asked };
}

test("fairway fleet: how far it is, why it has halted, what to do", async (t) => {
  const { code, out } = await run(t, ["fleet"]);
  assert.equal(code, 0);
  assert.match(out, /3 of 4 services through: 1 done, 1 failed, 1 refused\n1 service failed: shop \(rollout 12\)/);
  assert.match(out, /lonely +✗ refused +– +two of everything/);
  assert.match(out, /pay +· waiting/);
  assert.match(out, /fairway fleet resume/);
  const none = await run(t, ["fleet"], halted, false);
  assert.equal(none.code, 1);
  assert.match(none.err, /There was no fleet rollout in prod yet[\s\S]*fairway fleet start --dry-run/);
  assert.deepEqual(JSON.parse((await run(t, ["fleet", "--json"])).out), halted);
});

test("fairway fleet --follow: each change once, and the exit code says how it ended", async (t) => {
  const stopped = await run(t, ["fleet", "--follow"]);
  assert.equal(stopped.code, 1);
  assert.equal(stopped.out.match(/ {2}user done \(rollout 11\)\n/g)?.length, 1);
  const services = halted.services.map(({ service }) => ({ service, state: "done" as const }));
  const { reason: _, ...rest } = halted;
  assert.equal((await run(t, ["fleet", "-f"], { ...rest, status: "done", services })).code, 0);
});

test("fairway fleet start and its commands send what was asked for", async (t) => {
  const started = await run(t, ["fleet", "start", "--service", "user", "shop", "--parallel", "4"]);
  assert.equal(started.code, 0, started.err);
  const asked = { environment: "prod", services: ["user", "shop"], parallel: 4, stopAfter: 1 };
  assert.deepEqual(started.asked, [asked]);
  assert.equal((await run(t, ["fleet", "start", "--stop-after", "none"])).code, 2);
  for (const type of ["pause", "resume", "stop"]) {
    assert.deepEqual((await run(t, ["fleet", type])).asked, [{ command: { type } }]);
  }
});

test("fairway fleet start --dry-run: the order and what would change, of the services asked for alone; nothing begins", async (t) => {
  const all = await run(t, ["fleet", "start", "--dry-run"]);
  assert.equal(all.code, 0, all.err);
  assert.match(all.out, /^user .*\nshop /m);
  assert.match(all.out, /2 services: 2 would change/);
  const one = await run(t, ["fleet", "start", "--dry-run", "--service", "shop"]);
  assert.doesNotMatch(one.out, /user /);
  assert.match(one.out, /1 service: 1 would change\./);
  const lines = (await run(t, ["fleet", "start", "--dry-run", "--service", "shop", "--json"])).out.trim().split("\n");
  const told = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    told.filter(({ type }) => type === "service").map(({ service }) => service),
    ["shop"],
  );
  const { services, changed } = told.find(({ type }) => type === "end");
  assert.deepEqual([services, changed], [1, 1]);
  const absent = await run(t, ["fleet", "start", "--dry-run", "--service", "absent"]);
  assert.equal(absent.code, 1);
  assert.match(absent.err, /absent: nothing of that name runs in prod/);
  assert.deepEqual([all.asked, one.asked], [[], []]);
});
