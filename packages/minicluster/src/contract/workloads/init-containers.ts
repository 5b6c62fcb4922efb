import assert from "node:assert/strict";
import { isFinished, isReady } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { pods, type Stage, stageIn } from "../stage.ts";
import { container, idle, pod } from "./objects.ts";
import { conditionOf, containerOf, endOf, waitingOf } from "./statuses.ts";

/** Init containers: one after the other, before the others; and sidecars. */
export function initContainerCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("init containers run one after the other, then the others", async (stage) => {
    const wait = `setTimeout(() => {}, 1200)`;
    const recording = await stage.record(pods);
    const initContainers = ["one", "two"].map((name) => container(stage, wait, { name }));
    await stage.create(pods, pod("p", [container(stage, idle)], { initContainers }));
    await recording.until("ready", (seen) => seen.some(({ object }) => isReady(object)));
    recording.close();
    for (const { object } of recording.seen) {
      if (containerOf(object, "two")?.state?.running) assert.equal(endOf(object, "one")?.exitCode, 0);
      if (containerOf(object, "app")?.state?.running) assert.equal(endOf(object, "two")?.exitCode, 0);
    }
    const during = recording.seen.find(({ object }) => containerOf(object, "two")?.state?.running)?.object;
    assert.ok(during);
    assert.equal(during.status?.phase, "Pending");
    assert.equal(waitingOf(during, "app"), "PodInitializing");
    const initialized = conditionOf(during, "Initialized");
    assert.deepEqual(
      [initialized?.status, initialized?.reason, initialized?.message],
      ["False", "ContainersNotInitialized", "containers with incomplete status: [two]"],
    );
    const ready = recording.seen.at(-1)?.object;
    assert.ok(ready);
    assert.deepEqual(
      ["one", "two"].map((name) => [containerOf(ready, name)?.ready, endOf(ready, name)?.reason]),
      [
        [true, "Completed"],
        [true, "Completed"],
      ],
    );
    assert.equal(conditionOf(ready, "Initialized")?.status, "True");
  });

  test("an init container that fails fails a pod that does not restart", async (stage) => {
    const initContainers = [container(stage, "process.exit(8)", { name: "init" })];
    await stage.create(pods, pod("p", [container(stage, idle)], { initContainers, restartPolicy: "Never" }));
    const failed = await stage.until(pods, "p", "failed", (p) => isFinished(p) && p);
    assert.equal(failed.status?.phase, "Failed");
    assert.deepEqual([endOf(failed, "init")?.exitCode, waitingOf(failed, "app")], [8, "PodInitializing"]);
    assert.equal(conditionOf(failed, "Initialized")?.message, "containers with incomplete status: [init]");
    assert.equal(containerOf(failed, "init")?.ready, false);
  });

  test("an init container that fails is started again with back-off", async (stage) => {
    const initContainers = [container(stage, "process.exit(8)", { name: "init" })];
    await stage.create(pods, pod("p", [container(stage, idle)], { initContainers }));
    const back = await stage.until(pods, "p", "backs off", (p) => waitingOf(p, "init") === "CrashLoopBackOff" && p);
    assert.equal(back.status?.phase, "Pending");
    assert.equal(waitingOf(back, "app"), "PodInitializing");
    assert.equal(containerOf(back, "init")?.lastState?.terminated?.exitCode, 8);
    assert.equal(containerOf(back, "init")?.started, false);
  });

  test("an init container waits for its configuration", async (stage) => {
    const env = [{ name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }];
    const initContainers = [container(stage, "", { name: "init", env })];
    await stage.create(pods, pod("p", [container(stage, idle)], { initContainers }));
    const waiting = await stage.until(
      pods,
      "p",
      "waits",
      (p) => waitingOf(p, "init") === "CreateContainerConfigError" && p,
    );
    assert.equal(waitingOf(waiting, "app"), "PodInitializing");
  });

  test("a sidecar starts before the containers and ends after them", async (stage) => {
    const sidecar = {
      ...container(stage, idle, { name: "sidecar" }),
      restartPolicy: "Always",
    };
    const recording = await stage.record(pods);
    const once = container(stage, "setTimeout(() => {}, 1500)");
    await stage.create(pods, pod("p", [once], { initContainers: [sidecar], restartPolicy: "Never" }));
    await recording.until("finished", (seen) => seen.some(({ object }) => isFinished(object)));
    recording.close();
    for (const { object } of recording.seen) {
      if (containerOf(object, "app")?.state?.running) assert.ok(containerOf(object, "sidecar")?.state?.running);
    }
    const during = recording.seen.find(({ object }) => isReady(object))?.object;
    assert.ok(during);
    assert.deepEqual([containerOf(during, "sidecar")?.started, containerOf(during, "sidecar")?.ready], [true, true]);
    const ended = await stage.until(pods, "p", "sidecar ended", (p) => isFinished(p) && endOf(p, "sidecar") && p);
    assert.deepEqual([ended.status?.phase, endOf(ended, "app")?.exitCode], ["Succeeded", 0]);
  });
}
