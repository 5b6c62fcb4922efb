import assert from "node:assert/strict";
import { isReady, type Pod } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { pods, type Recording, type Stage, stageIn } from "../stage.ts";
import { container, idle, listening, pod } from "./objects.ts";
import { containerOf, endOf } from "./statuses.ts";

/** Says when SIGTERM comes, and does what `then` says. */
const obedient = (then: string) => `
  process.on("SIGTERM", () => { console.log("told to end"); ${then} });
  setInterval(() => {}, 60_000);
  console.log("begun");
`;
/** A pod's script has begun when its log says so: before, SIGTERM would meet no handler. */
const begun = /begun/;

/** Deletion: grace period, signals, hooks and exit codes. */
export function podEndingCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a deleted pod is told by SIGTERM and stays until it has ended", async (stage) => {
    const script = obedient("setTimeout(() => process.exit(5), 1500)");
    await stage.create(pods, pod("p", [container(stage, script)], { terminationGracePeriodSeconds: 20 }));
    await stage.untilLogged("p", begun);
    const recording = await stage.record(pods);
    const began = timeOf(stage);
    await stage.remove(pods, "p");
    const marked = await stage.get(pods, "p");
    assert.equal(marked?.metadata.deletionGracePeriodSeconds, 20);
    assert.ok(marked?.metadata.deletionTimestamp);
    assert.ok(containerOf(marked ?? nothing)?.state?.running);
    await stage.untilLogged("p", /told to end/);
    const last = await lastOf(recording);
    assert.deepEqual([endOf(last)?.exitCode, endOf(last)?.reason, last.status?.phase], [5, "Error", "Failed"]);
    assert.ok(timeOf(stage) - began < 15_000, "long before its grace was over");
    await stage.untilTold("p", /^Normal Killing: Stopping container app$/);
  });

  test("a container that ends well when told has Completed", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, obedient("process.exit(0)"))]));
    await stage.untilLogged("p", begun);
    const recording = await stage.record(pods);
    await stage.remove(pods, "p");
    const last = await lastOf(recording);
    assert.deepEqual([endOf(last)?.exitCode, endOf(last)?.reason, last.status?.phase], [0, "Completed", "Succeeded"]);
  });

  test("a container that does not end is killed when its grace is over", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, obedient(""))], { terminationGracePeriodSeconds: 2 }));
    await stage.untilLogged("p", begun);
    const recording = await stage.record(pods);
    const began = timeOf(stage);
    await stage.remove(pods, "p");
    const last = await lastOf(recording);
    assert.deepEqual([endOf(last)?.exitCode, endOf(last)?.reason], [137, "Error"]);
    const took = timeOf(stage) - began;
    assert.ok(took >= 1_500, `${took} ms`);
  });

  test("all containers of a pod are told at once", async (stage) => {
    const script = obedient("setTimeout(() => process.exit(0), 500)");
    const two = ["a", "b"].map((name) => container(stage, script, { name }));
    await stage.create(pods, pod("p", two, { terminationGracePeriodSeconds: 20 }));
    for (const name of ["a", "b"]) await stage.untilLogged("p", begun, `container=${name}`);
    const recording = await stage.record(pods);
    await stage.remove(pods, "p");
    const last = await lastOf(recording);
    assert.deepEqual([endOf(last, "a")?.exitCode, endOf(last, "b")?.exitCode], [0, 0]);
  });

  test("grace can be shortened when deleting, and by deleting again", async (stage) => {
    const containers = [container(stage, obedient(""))];
    for (const name of ["p", "q"]) {
      await stage.create(pods, pod(name, containers, { terminationGracePeriodSeconds: 600 }));
      await stage.untilLogged(name, begun);
    }
    await stage.remove(pods, "p", { gracePeriodSeconds: 1 });
    await stage.remove(pods, "q");
    const before = await stage.get(pods, "q");
    await stage.remove(pods, "q", { gracePeriodSeconds: 1 });
    const after = await stage.get(pods, "q");
    assert.equal(before?.metadata.deletionGracePeriodSeconds, 600);
    if (after) assert.equal(after.metadata.deletionGracePeriodSeconds, 1);
    await stage.untilGone(pods, "p");
    if (after) await stage.remove(pods, "q", { gracePeriodSeconds: 0 }).catch(() => undefined);
  });

  test("a deletion without grace removes the object at once", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, obedient(""))], { terminationGracePeriodSeconds: 600 }));
    await stage.untilLogged("p", begun);
    await stage.remove(pods, "p", { gracePeriodSeconds: 0 });
    assert.equal(await stage.get(pods, "p"), undefined);
  });

  test("preStop sleeps before SIGTERM", async (stage) => {
    const script = `${obedient("console.log(Date.now()); process.exit(0)")} console.log("up");`;
    const lifecycle = { preStop: { sleep: { seconds: 2 } } };
    await stage.create(
      pods,
      pod("p", [container(stage, script, { lifecycle })], { terminationGracePeriodSeconds: 20 }),
    );
    await stage.untilLogged("p", begun);
    const recording = await stage.record(pods);
    const began = timeOf(stage);
    await stage.remove(pods, "p");
    const last = await lastOf(recording);
    assert.ok(timeOf(stage) - began >= 1_900, "it slept");
    assert.equal(endOf(last)?.exitCode, 0);
    const running = recording.seen.filter(({ object }) => containerOf(object)?.state?.running);
    assert.ok(
      running.some(({ object }) => object.metadata.deletionTimestamp !== undefined && isReady(object)),
      "it stays ready while it drains",
    );
  });

  test("preStop runs a command before SIGTERM", async (stage) => {
    const script = `
      require("node:http").createServer((request, response) => { console.log("hook", request.url); response.end(); }).listen(Number(process.env.PORT), () => console.log("begun"));
      process.on("SIGTERM", () => { console.log("told to end"); setTimeout(() => process.exit(0), 1500); });
    `;
    const hook = `require("node:http").get("http://127.0.0.1:" + process.env.PORT + "/stop")`;
    const lifecycle = { preStop: { exec: { command: ["node", "-e", hook] } } };
    await stage.create(
      pods,
      pod("p", [listening(stage, script, { lifecycle })], { terminationGracePeriodSeconds: 20 }),
    );
    await stage.untilLogged("p", begun);
    await stage.remove(pods, "p");
    assert.match(await stage.untilLogged("p", /told to end/), /hook \/stop\ntold to end/);
  });

  test("preStop asks by HTTP before SIGTERM", async (stage) => {
    const script = `
      require("node:http").createServer((request, response) => { console.log("hook", request.url); response.end(); }).listen(Number(process.env.PORT), () => console.log("begun"));
      process.on("SIGTERM", () => { console.log("told to end"); setTimeout(() => process.exit(0), 1500); });
    `;
    const lifecycle = { preStop: { httpGet: { path: "/stop", port: "http" } } };
    await stage.create(
      pods,
      pod("p", [listening(stage, script, { lifecycle })], { terminationGracePeriodSeconds: 20 }),
    );
    await stage.untilLogged("p", begun);
    await stage.remove(pods, "p");
    assert.match(await stage.untilLogged("p", /told to end/), /hook \/stop\ntold to end/);
  });

  test("a preStop that fails is told, and the container ends all the same", async (stage) => {
    const lifecycle = { preStop: { exec: { command: ["node", "-e", "process.exit(9)"] } } };
    await stage.create(
      pods,
      pod("p", [container(stage, obedient("process.exit(0)"), { lifecycle })], { terminationGracePeriodSeconds: 20 }),
    );
    await stage.untilLogged("p", begun);
    await stage.remove(pods, "p");
    await stage.untilGone(pods, "p");
    assert.match(await stage.untilTold("p", /FailedPreStopHook/), /^Warning FailedPreStopHook: PreStopHook failed/);
  });

  test("a preStop that takes longer than the grace is cut short", async (stage) => {
    const lifecycle = { preStop: { exec: { command: ["node", "-e", "setInterval(() => {}, 1000)"] } } };
    await stage.create(
      pods,
      pod("p", [container(stage, obedient("process.exit(0)"), { lifecycle })], { terminationGracePeriodSeconds: 2 }),
    );
    await stage.untilLogged("p", begun);
    const recording = await stage.record(pods);
    const began = timeOf(stage);
    await stage.remove(pods, "p");
    const last = await lastOf(recording);
    assert.ok(timeOf(stage) - began >= 1_500, "it had its grace");
    // It still gets a moment for SIGTERM.
    assert.equal(endOf(last)?.exitCode, 0);
  });

  test("a pod that has not started yet goes when deleted", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, idle, { image: stage.cluster.absentImage })]));
    await stage.untilTold("p", /Error: ErrImagePull/);
    await stage.remove(pods, "p");
    await stage.untilGone(pods, "p");
  });

  test("a pod without a node goes at once", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, idle)], { nodeSelector: { "contract.test/nowhere": "yes" } }));
    await stage.remove(pods, "p");
    assert.equal(await stage.get(pods, "p"), undefined);
  });
}

const nothing: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "nothing" } };

/** The pod as it was when it went. */
async function lastOf(recording: Recording<Pod>): Promise<Pod> {
  await recording.until("the pod is gone", (seen) => seen.some(({ type }) => type === "DELETED"));
  recording.close();
  const last = recording.seen.find(({ type }) => type === "DELETED")?.object;
  assert.ok(last);
  return last;
}

/** By the cluster's clock, in milliseconds. */
function timeOf({ cluster }: Stage): number {
  return cluster.now?.() ?? Date.now();
}
