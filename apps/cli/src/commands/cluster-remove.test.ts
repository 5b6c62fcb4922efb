import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { FleetDetail } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";

const gamma = {
  ...{ name: "gamma", environment: "prod", embedded: false, reachable: true, services: 2, stopped: false },
};
const fleet: FleetDetail = {
  ...{ number: 4, environment: "prod", kind: "cluster-removed", cluster: "gamma", status: "done", actor: "admin" },
  ...{ parallel: 10, stopAfter: 1, createdAt: "2026-01-01T00:00:00Z" },
  services: [
    { service: "user", state: "done", rollout: 11 },
    { service: "shop", state: "done", rollout: 12 },
  ],
};

async function run(t: TestContext, args: readonly string[], { forgotten = true, reachable = true } = {}) {
  const asked: unknown[] = [];
  let gone = false;
  const server = await fakeServer(t, {
    listClusters: () => ({ value: { items: gone && forgotten ? [] : [{ ...gamma, reachable }] } }),
    removeCluster: ({ query }) => {
      asked.push(query);
      gone = true;
      const leftBehind = [{ service: "user", namespace: "user" }];
      if (query.force) return { value: { removed: true, leftBehind } };
      return { value: { removed: false, fleet: 4, leftBehind: [] } };
    },
    keepCluster: () => ({ value: { ...gamma, fleet: 5 } }),
    addCluster: () => ({ value: { ...gamma, version: "v1.36.0", fleet: 4 } }),
    followFleet: () => ({ events: [{ id: "1", data: fleet }], end: "end" }),
  });
  const shell = fakeShell({ environment: { NO_COLOR: "1", ...server.environment } });
  const code = await runProgram(["cluster", "remove", "gamma", ...args], shell, "0.0.0");
  return { code, out: shell.written.out, err: shell.written.err, asked };
}

test("cluster remove follows the services out, and says that the cluster is forgotten", async (t) => {
  const { code, out } = await run(t, ["--yes"]);
  assert.equal(code, 0);
  assert.match(out, /services leave gamma by fleet rollout 4\n {2}user done \(rollout 11\)\n/);
  assert.match(out, /2 of 2 services through: 2 done\n✓ gamma is empty, and forgotten\n$/);
  const begun = await run(t, ["--yes", "--no-wait"]);
  assert.match(begun.out, /Follow it: fairway fleet --follow --env prod/);
  const json = JSON.parse((await run(t, ["--yes", "--json"])).out);
  assert.deepEqual(json, { cluster: "gamma", removed: false, fleet: 4, leftBehind: [] });
});

test("cluster remove says what to do where services have stayed, and fails", async (t) => {
  const { code, out } = await run(t, ["--yes"], { forgotten: false });
  assert.equal(code, 1);
  assert.match(out, /gamma is not empty yet[\s\S]*fairway cluster remove gamma --force; to keep it: .* --cancel/);
});

test("cluster remove --force is for dead ones, and names what stays; --cancel brings services back", async (t) => {
  const answers = await run(t, ["--force"]);
  assert.deepEqual([answers.code, answers.asked], [2, []]);
  assert.match(answers.err, /gamma answers: its services can leave it in order/);
  const dead = await run(t, ["--force", "--yes"], { reachable: false });
  assert.equal(dead.code, 0);
  assert.match(dead.out, /✓ gamma is forgotten\n.*kubectl delete namespace user\n {4}user, in the namespace user\n/);
  const kept = await run(t, ["--cancel"]);
  assert.equal(kept.code, 0);
  assert.match(kept.out, /gamma stays a cluster of prod\n.*by fleet rollout 5/);
  assert.equal((await run(t, ["--cancel", "--force"])).code, 2);
});
