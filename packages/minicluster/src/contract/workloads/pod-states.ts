import assert from "node:assert/strict";
import { isFinished, isReady } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { configMaps, events, pods, type Stage, secrets, stageIn } from "../stage.ts";
import { container, idle, pod } from "./objects.ts";
import { conditionOf, conditionsOf, containerOf, endOf, waitingOf } from "./statuses.ts";

/** Phases, conditions and the states of containers. */
export function podStateCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a pod that runs is Running and Ready", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, idle)]));
    const running = await stage.until(pods, "p", "ready", (p) => isReady(p) && p);
    assert.equal(running.status?.phase, "Running");
    assert.deepEqual(conditionsOf(running), [
      "ContainersReady=True",
      "Initialized=True",
      "PodReadyToStartContainers=True",
      "PodScheduled=True",
      "Ready=True",
    ]);
    const status = containerOf(running);
    assert.deepEqual(
      [status?.ready, status?.started, status?.restartCount, status?.lastState, status?.image],
      [true, true, 0, {}, stage.cluster.image],
    );
    assert.match(status?.containerID ?? "", /^[a-z]+:\/\/.+/);
    assert.notEqual(status?.imageID ?? "", "");
    assert.match(status?.state?.running?.startedAt ?? "", /Z$/);
    assert.match(running.status?.startTime ?? "", /Z$/);
    assert.deepEqual(running.status?.podIPs, [{ ip: running.status?.podIP }]);
    assert.notEqual(running.status?.hostIP ?? "", "");
    assert.equal(running.status?.qosClass, "BestEffort");
    assert.equal(running.status?.observedGeneration, running.metadata.generation);
  });

  test("what happens to a pod that starts is told by Events", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, idle)]));
    const { image } = stage.cluster;
    await stage.untilTold("p", /Started/);
    const node = (await stage.get(pods, "p"))?.spec?.nodeName;
    const told = (await stage.told("p")).filter((line) => !/Pull/.test(line));
    assert.deepEqual(told.toSorted(), [
      "Normal Created: Container created",
      `Normal Scheduled: Successfully assigned ${stage.namespace}/p to ${node}`,
      "Normal Started: Container started",
    ]);
    // The image is there now.
    await stage.create(pods, pod("q", [container(stage, idle)]));
    assert.equal(
      await stage.untilTold("q", /Pull/),
      `Normal Pulled: Container image "${image}" already present on machine and can be accessed by the pod`,
    );
    const [about] = await stage.list(events, "fieldSelector=involvedObject.name=p,reason=Started");
    const { involvedObject, source, count } = about ?? {};
    assert.deepEqual(
      [involvedObject?.kind, involvedObject?.fieldPath, source, count],
      ["Pod", "spec.containers{app}", { component: "kubelet", host: node }, 1],
    );
  });

  test("a pod that ends with 0 has Succeeded", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, "")], { restartPolicy: "Never" }));
    const ended = await stage.until(pods, "p", "finished", (p) => isFinished(p) && !conditionOk(p) && p);
    assert.equal(ended.status?.phase, "Succeeded");
    assert.deepEqual(conditionsOf(ended), [
      "ContainersReady=False PodCompleted",
      "Initialized=True PodCompleted",
      "PodReadyToStartContainers=False",
      "PodScheduled=True",
      "Ready=False PodCompleted",
    ]);
    const end = endOf(ended);
    assert.deepEqual([end?.exitCode, end?.reason, containerOf(ended)?.started], [0, "Completed", false]);
    assert.ok(Date.parse(end?.startedAt ?? "") <= Date.parse(end?.finishedAt ?? ""));
    assert.equal(end?.containerID, containerOf(ended)?.containerID);
  });

  test("a pod whose container fails has Failed", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, "process.exit(3)")], { restartPolicy: "Never" }));
    const ended = await stage.until(pods, "p", "finished", (p) => isFinished(p) && !conditionOk(p) && p);
    assert.equal(ended.status?.phase, "Failed");
    assert.deepEqual(conditionsOf(ended), [
      "ContainersReady=False PodFailed",
      "Initialized=True",
      "PodReadyToStartContainers=False",
      "PodScheduled=True",
      "Ready=False PodFailed",
    ]);
    assert.deepEqual([endOf(ended)?.exitCode, endOf(ended)?.reason], [3, "Error"]);
  });

  test("one failed container of two fails the pod when both have ended", async (stage) => {
    const bad = container(stage, "process.exit(4)", { name: "bad" });
    const slow = container(stage, "setTimeout(() => {}, 1500)", { name: "slow" });
    await stage.create(pods, pod("p", [bad, slow], { restartPolicy: "Never" }));
    const half = await stage.until(pods, "p", "one ended", (p) => endOf(p, "bad") && p);
    if (endOf(half, "slow") === undefined) assert.equal(half.status?.phase === "Failed", false);
    const ended = await stage.until(pods, "p", "finished", (p) => isFinished(p) && p);
    assert.equal(ended.status?.phase, "Failed");
    assert.deepEqual([endOf(ended, "bad")?.exitCode, endOf(ended, "slow")?.exitCode], [4, 0]);
  });

  test("a pod is not ready while one of its containers is not", async (stage) => {
    const never = container(stage, idle, {
      name: "never",
      readinessProbe: { exec: { command: ["node", "-e", "process.exit(1)"] }, periodSeconds: 1 },
    });
    await stage.create(pods, pod("p", [container(stage, idle), never]));
    const unready = await stage.until(
      pods,
      "p",
      "both run",
      (p) => containerOf(p, "app")?.ready && containerOf(p, "never")?.started && p,
    );
    assert.equal(unready.status?.phase, "Running");
    assert.deepEqual(
      [conditionOf(unready, "Ready")?.reason, conditionOf(unready, "ContainersReady")?.message],
      ["ContainersNotReady", "containers with unready status: [never]"],
    );
  });

  test("a container that fails is started again, at once and then after a back-off", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, "process.exit(7)")]));
    const back = await stage.until(pods, "p", "backs off", (p) => waitingOf(p) === "CrashLoopBackOff" && p);
    const status = containerOf(back);
    assert.equal(back.status?.phase, "Running");
    assert.ok((status?.restartCount ?? 0) >= 1, JSON.stringify(status));
    assert.deepEqual([status?.lastState?.terminated?.exitCode, status?.lastState?.terminated?.reason], [7, "Error"]);
    assert.deepEqual([status?.ready, status?.started], [false, false]);
    const name = `p_${stage.namespace}(${back.metadata.uid})`;
    const wait = status?.state?.waiting?.message ?? "";
    assert.match(wait, /^back-off \d+m?\d*s restarting failed container=app pod=/);
    assert.ok(wait.endsWith(`pod=${name}`), wait);
    const told = await stage.untilTold("p", /BackOff/);
    assert.equal(told, `Warning BackOff: Back-off restarting failed container app in pod ${name}`);
  });

  test("a container that ends well is started again when the policy is Always, not when it is OnFailure", async (stage) => {
    await stage.create(pods, pod("always", [container(stage, "")]));
    await stage.create(pods, pod("failure", [container(stage, "")], { restartPolicy: "OnFailure" }));
    const back = await stage.until(
      pods,
      "always",
      "started again",
      (p) => (containerOf(p)?.restartCount ?? 0) > 0 && p,
    );
    assert.equal(containerOf(back)?.lastState?.terminated?.reason, "Completed");
    const ended = await stage.until(pods, "failure", "finished", (p) => isFinished(p) && p);
    assert.deepEqual([ended.status?.phase, containerOf(ended)?.restartCount], ["Succeeded", 0]);
  });

  test("a pod of policy OnFailure stays Running while its container fails", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, "process.exit(1)")], { restartPolicy: "OnFailure" }));
    const back = await stage.until(pods, "p", "backs off", (p) => waitingOf(p) === "CrashLoopBackOff" && p);
    assert.equal(back.status?.phase, "Running");
  });

  test("a container beyond its memory limit is OOMKilled", async (stage) => {
    const grow = `const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 5);`;
    const resources = { limits: { memory: "96Mi" }, requests: { memory: "32Mi" } };
    await stage.create(pods, pod("p", [container(stage, grow, { resources })], { restartPolicy: "Never" }));
    const ended = await stage.until(pods, "p", "finished", (p) => isFinished(p) && p);
    assert.deepEqual([ended.status?.phase, endOf(ended)?.reason, endOf(ended)?.exitCode], ["Failed", "OOMKilled", 137]);
    assert.equal(ended.status?.qosClass, "Burstable");
  });

  test("a command that is not there cannot be started", async (stage) => {
    const nothing = { command: ["no-such-program"] };
    await stage.create(pods, pod("p", [container(stage, "", nothing)], { restartPolicy: "Never" }));
    const ended = await stage.until(pods, "p", "finished", (p) => isFinished(p) && p);
    assert.deepEqual(
      [ended.status?.phase, endOf(ended)?.reason, endOf(ended)?.exitCode],
      ["Failed", "StartError", 128],
    );
    const why = /exec: "no-such-program": executable file not found in \$PATH/;
    assert.match(endOf(ended)?.message ?? "", why);
    assert.match(await stage.untilTold("p", /Warning Failed/), why);
  });

  test("an image that no registry has: ErrImagePull, then ImagePullBackOff", async (stage) => {
    const { absentImage } = stage.cluster;
    const recording = await stage.record(pods);
    await stage.create(pods, pod("p", [container(stage, "", { image: absentImage })]));
    const reasons = () => recording.seen.map(({ object }) => waitingOf(object));
    await recording.until("back-off", () => reasons().includes("ImagePullBackOff"));
    recording.close();
    assert.ok(reasons().includes("ErrImagePull"), JSON.stringify(reasons()));
    const back = recording.seen.find(({ object }) => waitingOf(object) === "ImagePullBackOff")?.object;
    assert.ok(back);
    assert.equal(back.status?.phase, "Pending");
    const message = containerOf(back)?.state?.waiting?.message ?? "";
    assert.ok(message.startsWith(`Back-off pulling image "${absentImage}": ErrImagePull: `), message);
    assert.deepEqual(
      [containerOf(back)?.image, containerOf(back)?.imageID, containerOf(back)?.started],
      [absentImage, "", false],
    );
    await stage.untilTold("p", /BackOff/);
    const told = await stage.told("p");
    for (const expected of [
      `Normal Pulling: Pulling image "${absentImage}"`,
      "Warning Failed: Error: ErrImagePull",
      `Normal BackOff: Back-off pulling image "${absentImage}"`,
      "Warning Failed: Error: ImagePullBackOff",
    ]) {
      await stage.untilTold("p", new RegExp(expected.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")));
    }
    assert.ok(
      told.some((line) => line.startsWith(`Warning Failed: Failed to pull image "${absentImage}": `)),
      told.join("\n"),
    );
  });

  test("an image name that is none", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, "", { image: "Not An Image" })]));
    const waiting = await stage.until(pods, "p", "waits", (p) => waitingOf(p) === "InvalidImageName" && p);
    assert.match(containerOf(waiting)?.state?.waiting?.message ?? "", /couldn't parse image name "Not An Image"/);
    assert.match(await stage.untilTold("p", /InspectFailed/), /^Warning InspectFailed: .*Not An Image/);
    await stage.untilTold("p", /^Warning Failed: Error: InvalidImageName$/);
  });

  test("an absent image with the policy Never is not pulled", async (stage) => {
    const { absentImage } = stage.cluster;
    await stage.create(pods, pod("p", [container(stage, "", { image: absentImage, imagePullPolicy: "Never" })]));
    const waiting = await stage.until(pods, "p", "waits", (p) => waitingOf(p) === "ErrImageNeverPull" && p);
    const message = `Container image "${absentImage}" is not present with pull policy of Never`;
    assert.equal(containerOf(waiting)?.state?.waiting?.message, message);
    await stage.untilTold("p", /^Warning ErrImageNeverPull: /);
    await stage.untilTold("p", /^Warning Failed: Error: ErrImageNeverPull$/);
  });

  for (const { kind, missing, source, message, make } of references) {
    test(`a container waits for a ${kind} ${missing}, and starts when it is there`, async (stage) => {
      if (missing === "key")
        await stage.create(kind === "ConfigMap" ? configMaps : secrets, { metadata: { name: "c" } });
      const env = [{ name: "A", valueFrom: source }];
      await stage.create(pods, pod("p", [container(stage, idle, { env })]));
      const said = message.replace("NS", stage.namespace);
      // A node that does not know the object yet says something else first.
      const waiting = await stage.until(
        pods,
        "p",
        `waits: ${said}`,
        (p) => waitingOf(p) === "CreateContainerConfigError" && containerOf(p)?.state?.waiting?.message === said && p,
      );
      assert.equal(waiting.status?.phase, "Pending");
      await stage.untilTold("p", new RegExp(`^Warning Failed: Error: ${said}$`));
      if (missing === "key") await stage.patch(kind === "ConfigMap" ? configMaps : secrets, "c", make);
      else await stage.create(kind === "ConfigMap" ? configMaps : secrets, { metadata: { name: "c" }, ...make });
      await stage.until(pods, "p", "ready", isReady);
    });
  }

  test("a pod that no node has room for stays Pending and says so", async (stage) => {
    const resources = { requests: { memory: "900Ti" } };
    await stage.create(pods, pod("p", [container(stage, idle, { resources })]));
    const said = await stage.untilTold("p", /FailedScheduling/);
    assert.match(said, /^Warning FailedScheduling: 0\/1 nodes are available: 1 Insufficient memory\./);
    const pending = await stage.get(pods, "p");
    assert.equal(pending?.status?.phase, "Pending");
    assert.deepEqual(conditionsOf(pending ?? {}), ["PodScheduled=False Unschedulable"]);
    assert.match(conditionOf(pending ?? {}, "PodScheduled")?.message ?? "", /1 Insufficient memory\./);
  });

  test("a pod waits for a node with the labels that it wants", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, idle)], { nodeSelector: { "contract.test/nowhere": "yes" } }));
    const said = await stage.untilTold("p", /FailedScheduling/);
    assert.match(said, /0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./);
  });
}

/** The kubelet writes a finished phase first. */
function conditionOk(pod: Parameters<typeof conditionOf>[0]): boolean {
  return conditionOf(pod, "PodReadyToStartContainers")?.status === "True";
}

const references = [
  {
    kind: "ConfigMap",
    missing: "itself",
    source: { configMapKeyRef: { name: "c", key: "k" } },
    message: 'configmap "c" not found',
    make: { data: { k: "v" } },
  },
  {
    kind: "ConfigMap",
    missing: "key",
    source: { configMapKeyRef: { name: "c", key: "k" } },
    message: "couldn't find key k in ConfigMap NS/c",
    make: { data: { k: "v" } },
  },
  {
    kind: "Secret",
    missing: "itself",
    source: { secretKeyRef: { name: "c", key: "k" } },
    message: 'secret "c" not found',
    make: { data: { k: "dg==" } },
  },
  {
    kind: "Secret",
    missing: "key",
    source: { secretKeyRef: { name: "c", key: "k" } },
    message: "couldn't find key k in Secret NS/c",
    make: { data: { k: "dg==" } },
  },
] as const;
