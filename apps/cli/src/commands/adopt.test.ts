import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { Adoption, AdoptionPreview } from "@fairway/api";
import { runProgram } from "../program.ts";
import { deployServer } from "../testing/deploy-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";

const inCluster = (name: string) => ({
  name,
  address: { object: "Service/user", madeBy: "Helm release user" },
  pairs: [{ old: "Deployment/user", ours: "Deployment/user-a" }],
  take: [],
  remove: [{ object: "Deployment/user", madeBy: "Helm release user" }],
  leave: [{ object: "Secret/keys", why: "secrets are not read" }],
  withheld: ["CronJob/nightly"],
  notes: ["Helm still remembers its release"],
});
const plan: NonNullable<AdoptionPreview["plan"]> = {
  ...{ from: { namespace: "legacy", service: "user" }, namespace: "user", way: "mirror" },
  clusters: [inCluster("alpha"), inCluster("beta")],
};
const at = "2026-01-01T00:00:00Z";
const adoption = (state: Adoption["state"], more: Partial<Adoption> = {}): Adoption => ({
  ...{ number: 1, environment: "prod", service: "user", release: "7c41e0b8a402", state, plan, actor: "admin" },
  ...{ createdAt: at, changedAt: at },
  ...more,
});

interface Way {
  readonly findings?: AdoptionPreview["findings"];
  readonly states?: readonly Adoption[];
  readonly known?: readonly Adoption[];
}

async function run(t: TestContext, args: readonly string[], { findings = [], states = [], known = [] }: Way = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-adopt-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, "app.toml"), 'name = "user"\nreplicas = 2\n[engine]\nname = "node"\n');
  await writeFile(path.join(folder, "index.js"), "");
  const asked: unknown[] = [];
  const take = (body: unknown) => {
    asked.push(body);
    return { value: states[0] ?? adoption("beside") };
  };
  const server = await deployServer(t, () => assert.fail("nothing is rolled out by itself"), {
    previewAdoption: () => ({ value: { plan, findings } }),
    startAdoption: ({ body }) => take(body),
    commandAdoption: ({ body }) => take(body),
    followAdoption: () => ({ events: states.map((data, index) => ({ id: String(index), data })), end: "end" }),
    listAdoptions: () => ({ value: { items: [...known] } }),
  });
  const shell = fakeShell({ environment: { NO_COLOR: "1", ...server.environment } });
  const code = await runProgram([...args, ...(args[1] === "user" ? ["--dir", folder] : [])], shell, "0.0.0");
  return { code, out: shell.written.out.replace(/ +/g, " "), err: shell.written.err, asked };
}

const from = ["--from", "legacy/user"];

test("adopt --dry-run says what stands for what, what goes and what stays, alike clusters once; nothing begins", async (t) => {
  const { code, out, asked } = await run(t, ["adopt", "user", ...from, "--dry-run"]);
  assert.equal(code, 0, out);
  assert.match(out, /requests Service\/user of namespace legacy leads to the pods of ours/);
  assert.match(out, /alpha, beta\n stands for Deployment\/user → Deployment\/user-a/);
  assert.match(out, /removed Deployment\/user \(made by Helm release user\), when you confirm/);
  assert.match(out, /left alone Secret\/keys: secrets are not read/);
  assert.match(out, /waits CronJob\/nightly of ours, until you confirm/);
  assert.deepEqual(asked, []);
});

test("what stops it is told together, with what to do, and nothing begins; exit code 1", async (t) => {
  const finding = (cluster: string) => ({
    ...{ cluster, code: "old-not-ready", message: "none of 2 pods is ready", advice: "adopt it when it serves" },
  });
  const { code, out, err, asked } = await run(t, ["adopt", "user", ...from, "--yes"], {
    findings: [finding("alpha"), finding("beta")],
  });
  assert.equal(code, 1);
  assert.match(out, /alpha: none of 2 pods is ready\n adopt it when it serves\n ✗ beta: none/);
  assert.match(err, /user cannot be adopted yet; nothing was changed/);
  assert.deepEqual(asked, []);
});

test("adopt is followed until it has moved, and tells the two ways on", async (t) => {
  const { code, out, asked } = await run(t, ["adopt", "user", "--helm", "user", "-n", "legacy", "--yes"], {
    states: [adoption("beside"), adoption("moving"), adoption("moved")],
  });
  assert.equal(code, 0, out);
  assert.deepEqual(asked, [
    { environment: "prod", service: "user", release: "7c41e0b8a402", from: { namespace: "legacy", helm: "user" } },
  ]);
  assert.match(out, /rolled out beside the old\n requests go over\n requests go to ours/);
  assert.match(out, /fairway adopt confirm user/);
  assert.match(out, /fairway adopt undo user/);
});

test("one that went back says why; exit code 1", async (t) => {
  const { code, out } = await run(t, ["adopt", "user", ...from, "--yes"], {
    states: [adoption("moving"), adoption("failed", { reason: "beta: no answer", endedAt: at })],
  });
  assert.equal(code, 1);
  assert.match(out, /ours is gone: beta: no answer/);
});

test("an undo that had nothing to go back to says so, and tells the two ways on; exit code 1", async (t) => {
  const reason =
    "beta: Deployment/user is gone: make that one again, and nothing beside it, and undo once more, or confirm";
  const states = [adoption("leading-back"), adoption("moved", { reason })];
  const { code, out } = await run(t, ["adopt", "undo", "user", "--yes"], { known: [adoption("moved")], states });
  assert.equal(code, 1);
  assert.match(out, /requests go to ours still: beta: Deployment\/user is gone: make that one again/);
  assert.match(out, /fairway adopt confirm user/);
  const begun = await run(t, ["adopt", "user", ...from, "--yes"], { states: [adoption("moved", { reason })] });
  assert.equal(begun.code, 1, "nor has it moved where it could not go back");
});

test("an undo says which cluster it waits for, once", async (t) => {
  const [alpha, beta] = plan.clusters;
  assert.ok(alpha && beta);
  const waiting = (message: string) => ({ ...beta, now: { state: "pending" as const, message } });
  const back = (message: string) =>
    adoption("leading-back", { plan: { ...plan, clusters: [{ ...alpha, now: { state: "done" } }, waiting(message)] } });
  const states = [adoption("leading-back"), back("no answer"), back("no answer"), adoption("undone", { endedAt: at })];
  const { code, out } = await run(t, ["adopt", "undo", "user", "--yes"], { known: [adoption("moved")], states });
  assert.equal(code, 0);
  assert.match(out, /^ requests go back to the old\n beta: no answer\n undone: /m);
});

test("confirm and undo ask for the name, and do nothing without it", async (t) => {
  const moved = { known: [adoption("moved")], states: [adoption("confirmed", { endedAt: at })] };
  const silent = await run(t, ["adopt", "confirm", "user"], moved);
  assert.equal(silent.code, 2);
  assert.match(silent.err, /Delete the old Deployment\/user in alpha, beta/);
  assert.deepEqual(silent.asked, []);
  const sure = await run(t, ["adopt", "confirm", "user", "--yes"], moved);
  assert.equal(sure.code, 0, sure.err);
  assert.match(sure.out, /! Helm still remembers its release/);
  assert.deepEqual(sure.asked, [{ environment: "prod", command: { type: "confirm" } }]);
});

test("status shows one with what it waits for, and all in a list", async (t) => {
  const waiting = {
    ...plan,
    clusters: [{ ...inCluster("alpha"), now: { state: "pending", message: "no pod of ours is ready" } as const }],
  };
  const known = [adoption("moving", { plan: waiting })];
  const one = await run(t, ["adopt", "status", "user"], { known });
  assert.match(one.out, /user adoption 1 prod by admin\n requests go over\n alpha: no pod of ours is ready/);
  const list = await run(t, ["adopt", "status"], { known });
  assert.match(list.out, /user legacy\/user moving/);
  const json = await run(t, ["adopt", "status", "user", "--json"], { known });
  assert.equal(JSON.parse(json.out).state, "moving");
});

test("which service is meant has to be said in one way", async (t) => {
  for (const args of [[], ["--from", "user"], [...from, "--helm", "user"], ["--helm", "user"]]) {
    assert.equal((await run(t, ["adopt", "user", ...args])).code, 2, args.join(" "));
  }
});
