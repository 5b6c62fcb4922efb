import assert from "node:assert/strict";
import { type Deployment, isFinished, isReady, type ReplicaSet } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { deployments, events, pods, replicaSets, type Stage, services, stageIn } from "../stage.ts";
import { container, idle, listening, serving, workload } from "./objects.ts";
import { conditionOf, conditionsOf } from "./statuses.ts";

const revision = "deployment.kubernetes.io/revision";
const unready = { exec: { command: ["node", "-e", "process.exit(1)"] }, periodSeconds: 1 };

/** Rollouts: their bounds, revisions, conditions. */
export function deploymentCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a new Deployment makes a ReplicaSet and its pods, and tells how far it is", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle), { replicas: 2 }));
    const done = await rolledOut(stage, "web");
    assert.deepEqual(countsOf(done), { replicas: 2, updated: 2, ready: 2, available: 2, unavailable: 0 });
    assert.deepEqual(conditionsOf(done), [
      "Available=True MinimumReplicasAvailable",
      "Progressing=True NewReplicaSetAvailable",
    ]);
    const [set] = await stage.list(replicaSets);
    assert.ok(set);
    assert.equal(conditionOf(done, "Available")?.message, "Deployment has minimum availability.");
    assert.equal(
      conditionOf(done, "Progressing")?.message,
      `ReplicaSet "${set.metadata.name}" has successfully progressed.`,
    );
    assert.equal(done.metadata.annotations?.[revision], "1");
    const hash = set.metadata.labels?.["pod-template-hash"];
    assert.ok(hash);
    assert.equal(set.metadata.name, `web-${hash}`);
    assert.deepEqual(set.spec?.selector.matchLabels, { app: "web", "pod-template-hash": hash });
    assert.equal(set.metadata.annotations?.[revision], "1");
    assert.equal(set.metadata.annotations?.["deployment.kubernetes.io/desired-replicas"], "2");
    assert.equal(set.metadata.annotations?.["deployment.kubernetes.io/max-replicas"], "3");
    const [owner] = set.metadata.ownerReferences ?? [];
    assert.deepEqual(
      [owner?.kind, owner?.name, owner?.controller, owner?.blockOwnerDeletion],
      ["Deployment", "web", true, true],
    );
    const [one] = await stage.list(pods);
    assert.deepEqual(one?.metadata.labels, { app: "web", "pod-template-hash": hash });
    assert.match(one?.metadata.name ?? "", new RegExp(`^${set.metadata.name}-[bcdfghjklmnpqrstvwxz2456789]{5}$`));
    assert.equal(one?.metadata.ownerReferences?.[0]?.name, set.metadata.name);
    assert.equal(
      await stage.untilTold("web", /Scaling/),
      `Normal ScalingReplicaSet: Scaled up replica set ${set.metadata.name} from 0 to 2`,
    );
    assert.match(
      await stage.untilTold(set.metadata.name, /SuccessfulCreate/),
      /^Normal SuccessfulCreate: Created pod: web-/,
    );
  });

  for (const { title, replicas, maxSurge, maxUnavailable, most, least } of bounds) {
    test(`a rollout keeps its bounds at every instant: ${title}`, async (stage) => {
      const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } };
      const script = serving("200");
      const readinessProbe = { httpGet: { path: "/", port: "http" }, periodSeconds: 1 };
      await stage.create(
        deployments,
        workload("web", listening(stage, script, { readinessProbe }), { replicas, strategy }),
      );
      await rolledOut(stage, "web");
      const recording = await stage.record(pods);
      const sets = await stage.record(replicaSets);
      const known = new Map((await stage.list(pods)).map((pod) => [pod.metadata.name, pod]));
      await stage.patch(deployments, "web", templateOf(listening(stage, `${script} // new`, { readinessProbe })));
      await rolledOut(stage, "web");
      recording.close();
      sets.close();
      for (const { type, object } of recording.seen) {
        if (type === "DELETED") known.delete(object.metadata.name);
        else known.set(object.metadata.name, object);
        const active = [...known.values()].filter(
          (pod) => pod.metadata.deletionTimestamp === undefined && !isFinished(pod),
        );
        const available = active.filter(isReady).length;
        assert.ok(available >= least, `${available} available, at least ${least}`);
      }
      // What the Deployment decides is the sizes; each ReplicaSet takes a moment until its pods are as many.
      const wanted = new Map<string, number>();
      for (const { object } of sets.seen) {
        wanted.set(object.metadata.name, object.spec?.replicas ?? 0);
        const sum = [...wanted.values()].reduce((a, b) => a + b, 0);
        assert.ok(sum <= most, `${sum} wanted, at most ${most}`);
      }
      assert.equal((await stage.list(replicaSets)).length, 2);
    });
  }

  test("a rollout that makes no progress says so after its deadline, and goes on when it can", async (stage) => {
    await stage.create(
      deployments,
      workload("web", container(stage, idle, { readinessProbe: unready }), { progressDeadlineSeconds: 2 }),
    );
    const late = await stage.until(
      deployments,
      "web",
      "deadline",
      (d) => conditionOf(d, "Progressing")?.reason === "ProgressDeadlineExceeded" && d,
    );
    const [set] = await stage.list(replicaSets);
    const progressing = conditionOf(late, "Progressing");
    assert.deepEqual(
      [progressing?.status, progressing?.message],
      ["False", `ReplicaSet "${set?.metadata.name}" has timed out progressing.`],
    );
    const available = conditionOf(late, "Available");
    assert.deepEqual(
      [available?.status, available?.reason, available?.message],
      ["False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."],
    );
    assert.deepEqual(countsOf(late), { replicas: 1, updated: 1, ready: 0, available: 0, unavailable: 1 });
    await stage.patch(deployments, "web", templateOf({ ...container(stage, idle) }, { readinessProbe: null }));
    const done = await rolledOut(stage, "web");
    assert.equal(conditionOf(done, "Progressing")?.reason, "NewReplicaSetAvailable");
  });

  test("the conditions while a rollout goes on", async (stage) => {
    const recording = await stage.record(deployments);
    await stage.create(
      deployments,
      workload(
        "web",
        container(stage, `setTimeout(() => {}, 60000); ${idle}`, {
          readinessProbe: { ...unready, exec: { command: ["node", "-e", "process.exit(0)"] }, initialDelaySeconds: 1 },
        }),
      ),
    );
    await rolledOut(stage, "web");
    const said = () => recording.seen.flatMap(({ object }) => conditionsOf(object));
    await recording.until("its end", () => said().includes("Progressing=True NewReplicaSetAvailable"));
    recording.close();
    const [set] = await stage.list(replicaSets);
    for (const expected of [
      "Available=False MinimumReplicasUnavailable",
      "Progressing=True NewReplicaSetCreated",
      "Progressing=True ReplicaSetUpdated",
      "Available=True MinimumReplicasAvailable",
      "Progressing=True NewReplicaSetAvailable",
    ]) {
      assert.ok(said().includes(expected), `${expected} among ${said().join(", ")}`);
    }
    const messages = recording.seen.flatMap(({ object }) => conditionOf(object, "Progressing")?.message ?? []);
    assert.ok(messages.includes(`ReplicaSet "${set?.metadata.name}" is progressing.`), messages.join("\n"));
  });

  test("an old template again gets its old ReplicaSet back, with a new revision", async (stage) => {
    const first = container(stage, idle, { env: [{ name: "A", value: "1" }] });
    const second = container(stage, idle, { env: [{ name: "A", value: "2" }] });
    await stage.create(deployments, workload("web", first));
    await rolledOut(stage, "web");
    await stage.patch(deployments, "web", templateOf(second));
    await rolledOut(stage, "web");
    const two = await stage.list(replicaSets);
    assert.deepEqual(revisionsOf(two), ["1 of 0", "2 of 1"]);
    await stage.patch(deployments, "web", templateOf(first));
    const done = await rolledOut(stage, "web");
    assert.equal(done.metadata.annotations?.[revision], "3");
    const again = await stage.list(replicaSets);
    assert.deepEqual(revisionsOf(again), ["2 of 0", "3 of 1"]);
    const back = again.find(({ metadata }) => metadata.annotations?.[revision] === "3");
    assert.equal(back?.metadata.annotations?.["deployment.kubernetes.io/revision-history"], "1");
    assert.deepEqual(
      two.map(({ metadata }) => metadata.uid).toSorted(),
      again.map(({ metadata }) => metadata.uid).toSorted(),
    );
  });

  test("a change outside of the template makes no new revision", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle)));
    await rolledOut(stage, "web");
    await stage.patch(deployments, "web", { metadata: { labels: { a: "b" } }, spec: { minReadySeconds: 1 } });
    const done = await rolledOut(stage, "web");
    assert.equal(done.metadata.annotations?.[revision], "1");
    await stage.until(
      replicaSets,
      (await stage.list(replicaSets))[0]?.metadata.name ?? "",
      "has it",
      (s) => s.spec?.minReadySeconds === 1,
    );
    assert.equal((await stage.list(replicaSets)).length, 1);
  });

  test("observedGeneration follows the generation", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle), { replicas: 0 }));
    await stage.until(deployments, "web", "seen", (d) => d.status?.observedGeneration === 1);
    const changed = await stage.patch(deployments, "web", { spec: { revisionHistoryLimit: 3 } });
    assert.equal(changed.metadata.generation, 2);
    await stage.until(deployments, "web", "seen again", (d) => d.status?.observedGeneration === 2);
    const empty = await stage.get(deployments, "web");
    assert.deepEqual(conditionsOf(empty ?? {}), [
      "Available=True MinimumReplicasAvailable",
      "Progressing=True NewReplicaSetAvailable",
    ]);
  });

  test("old ReplicaSets are kept up to the limit", async (stage) => {
    const version = (value: string) => container(stage, idle, { env: [{ name: "A", value }] });
    await stage.create(deployments, workload("web", version("1"), { revisionHistoryLimit: 1 }));
    await rolledOut(stage, "web");
    for (const value of ["2", "3"]) {
      await stage.patch(deployments, "web", templateOf(version(value)));
      await rolledOut(stage, "web");
    }
    await stage.eventually("two are left", async () => (await stage.list(replicaSets)).length === 2);
    assert.deepEqual(revisionsOf(await stage.list(replicaSets)), ["2 of 0", "3 of 1"]);
  });

  test("a paused Deployment does not roll out, but scales", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle)));
    await rolledOut(stage, "web");
    await stage.patch(deployments, "web", { spec: { paused: true } });
    const paused = await stage.until(
      deployments,
      "web",
      "paused",
      (d) => conditionOf(d, "Progressing")?.reason === "DeploymentPaused" && d,
    );
    assert.deepEqual(
      [conditionOf(paused, "Progressing")?.status, conditionOf(paused, "Progressing")?.message],
      ["Unknown", "Deployment is paused"],
    );
    await stage.patch(deployments, "web", {
      spec: { replicas: 2, ...templateOf(container(stage, `${idle} // new`)).spec },
    });
    await stage.until(
      deployments,
      "web",
      "scaled",
      (d) => d.status?.replicas === 2 && d.status.observedGeneration === d.metadata.generation,
    );
    assert.equal((await stage.list(replicaSets)).length, 1);
    assert.equal((await stage.get(deployments, "web"))?.status?.updatedReplicas ?? 0, 0);
    await stage.patch(deployments, "web", { spec: { paused: null } });
    const done = await rolledOut(stage, "web");
    assert.equal(done.metadata.annotations?.[revision], "2");
  });

  test("a rollout in its middle is scaled in proportion", async (stage) => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    await stage.create(deployments, workload("web", container(stage, idle), { replicas: 2, strategy }));
    await rolledOut(stage, "web");
    await stage.patch(deployments, "web", templateOf(container(stage, idle, { readinessProbe: unready })));
    await stage.until(
      deployments,
      "web",
      "in its middle",
      (d) => d.status?.updatedReplicas === 1 && d.status.replicas === 3,
    );
    await stage.patch(deployments, "web", { spec: { replicas: 6 } });
    const sizes = async () => (await stage.list(replicaSets)).map(sizeOf).toSorted();
    // Most of what comes goes to the larger one, which is the one that works.
    await stage.eventually("both have grown", async () => (await sizes()).join() === "revision 1: 5,revision 2: 2");
  });

  test("a paused Deployment in the middle of a rollout is scaled in proportion", async (stage) => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } };
    await stage.create(deployments, workload("web", container(stage, idle), { replicas: 3, strategy }));
    await rolledOut(stage, "web");
    await stage.patch(deployments, "web", templateOf(container(stage, idle, { readinessProbe: unready })));
    const sizes = async () => (await stage.list(replicaSets)).map(sizeOf).toSorted().join();
    await stage.eventually("in its middle", async () => (await sizes()) === "revision 1: 2,revision 2: 2");
    await stage.patch(deployments, "web", { spec: { paused: true, replicas: 7 } });
    await stage.eventually("both have grown", async () => (await sizes()) === "revision 1: 4,revision 2: 4");
    await stage.patch(deployments, "web", { spec: { replicas: 1 } });
    await stage.eventually("both have shrunk", async () => (await sizes()) === "revision 1: 1,revision 2: 1");
  });

  test("Recreate: no new pod before all old ones are gone", async (stage) => {
    const strategy = { type: "Recreate" };
    const slow = `process.on("SIGTERM", () => setTimeout(() => process.exit(0), 500)); setInterval(() => {}, 1000)`;
    const fields = { terminationGracePeriodSeconds: 10 };
    await stage.create(deployments, workload("web", container(stage, slow), { replicas: 2, strategy }, fields));
    await rolledOut(stage, "web");
    const old = new Set((await stage.list(pods)).map(({ metadata }) => metadata.name));
    const recording = await stage.record(pods);
    await stage.patch(deployments, "web", templateOf(container(stage, `${slow} // new`)));
    await rolledOut(stage, "web");
    recording.close();
    for (const { type, object } of recording.seen) {
      if (type === "DELETED" || isFinished(object)) old.delete(object.metadata.name);
      else if (type === "ADDED")
        assert.equal(old.size === 0 || old.has(object.metadata.name), true, "a new pod beside old ones");
    }
  });

  test("a pod is available only after minReadySeconds", async (stage) => {
    const recording = await stage.record(deployments);
    await stage.create(deployments, workload("web", container(stage, idle), { minReadySeconds: 3 }));
    const done = await rolledOut(stage, "web");
    await recording.until("ready, and not available yet", (seen) =>
      seen.some(({ object }) => object.status?.readyReplicas === 1 && object.status.availableReplicas === undefined),
    );
    recording.close();
    const [one] = await stage.list(pods);
    const ready = Date.parse(one?.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "");
    const available = Date.parse(conditionOf(done, "Available")?.lastTransitionTime ?? "");
    assert.ok(available - ready >= 2_000, `${available - ready} ms`);
  });

  test("scaling changes the number of pods without a new revision", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle)));
    await rolledOut(stage, "web");
    await stage.patch(deployments, "web", { spec: { replicas: 3 } });
    await rolledOut(stage, "web");
    await stage.patch(deployments, "web", { spec: { replicas: 0 } });
    const none = await rolledOut(stage, "web");
    assert.deepEqual(countsOf(none), { replicas: 0, updated: 0, ready: 0, available: 0, unavailable: 0 });
    await stage.eventually("no pod is left", async () => (await stage.list(pods)).length === 0);
    assert.equal((await stage.list(replicaSets)).length, 1);
    const name = (await stage.list(replicaSets))[0]?.metadata.name;
    const said = (await stage.told("web")).filter((line) => line.includes("ScalingReplicaSet"));
    assert.deepEqual(said.toSorted(), [
      `Normal ScalingReplicaSet: Scaled down replica set ${name} from 3 to 0`,
      `Normal ScalingReplicaSet: Scaled up replica set ${name} from 0 to 1`,
      `Normal ScalingReplicaSet: Scaled up replica set ${name} from 1 to 3`,
    ]);
  });

  test("pods that are refused are told by ReplicaFailure", async (stage) => {
    const quota = { metadata: { name: "q" }, spec: { hard: { pods: "1" } } };
    const kind = { apiVersion: "v1", kind: "ResourceQuota", resource: "resourcequotas", is: services.is };
    await stage.create(kind, quota);
    await stage.until(kind, "q", "counts", (q) => JSON.stringify(q["status"] ?? {}).includes("used"));
    await stage.create(deployments, workload("web", container(stage, idle), { replicas: 2 }));
    const failing = await stage.until(deployments, "web", "failure", (d) => conditionOf(d, "ReplicaFailure") && d);
    const failure = conditionOf(failing, "ReplicaFailure");
    assert.deepEqual([failure?.status, failure?.reason], ["True", "FailedCreate"]);
    assert.match(
      failure?.message ?? "",
      /^pods "web-[^"]+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1$/,
    );
    const [set] = await stage.list(replicaSets);
    assert.match(
      await stage.untilTold(set?.metadata.name ?? "", /FailedCreate/),
      /^Warning FailedCreate: Error creating: pods "web-/,
    );
  });

  test("a deleted Deployment takes its ReplicaSets and pods along", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle)));
    await rolledOut(stage, "web");
    await stage.remove(deployments, "web");
    await stage.eventually(
      "nothing is left",
      async () => (await stage.list(replicaSets)).length + (await stage.list(pods)).length === 0,
    );
  });

  test("Events of a Deployment name their source", async (stage) => {
    await stage.create(deployments, workload("web", container(stage, idle)));
    await stage.untilTold("web", /ScalingReplicaSet/);
    const [event] = await stage.list(events, "fieldSelector=involvedObject.name=web");
    assert.deepEqual(
      [
        event?.involvedObject?.kind,
        event?.involvedObject?.apiVersion,
        event?.source?.component,
        event?.reportingComponent,
      ],
      ["Deployment", "apps/v1", "deployment-controller", "deployment-controller"],
    );
  });
}

const bounds = [
  { title: "one more, none less", replicas: 3, maxSurge: 1, maxUnavailable: 0, most: 4, least: 3 },
  { title: "none more, one less", replicas: 3, maxSurge: 0, maxUnavailable: 1, most: 3, least: 2 },
  {
    title: "percentages: up for more, down for less",
    replicas: 4,
    maxSurge: "30%",
    maxUnavailable: "30%",
    most: 6,
    least: 3,
  },
] as const;

function templateOf(one: object, fields: object = {}) {
  return { spec: { template: { spec: { containers: [{ ...one, ...fields }] } } } };
}

function rolledOut(stage: Stage, name: string): Promise<Deployment> {
  return stage.until(deployments, name, "rolled out", (deployment) => {
    const { status, spec, metadata } = deployment;
    const wanted = spec?.replicas ?? 1;
    return (
      status?.observedGeneration === metadata.generation &&
      (status?.updatedReplicas ?? 0) === wanted &&
      (status?.replicas ?? 0) === wanted &&
      (status?.availableReplicas ?? 0) === wanted &&
      conditionOf(deployment, "Progressing")?.reason === "NewReplicaSetAvailable" &&
      deployment
    );
  });
}

function countsOf({ status }: Deployment) {
  return {
    replicas: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    unavailable: status?.unavailableReplicas ?? 0,
  };
}

/** `<revision> of <replicas>`. */
function revisionsOf(sets: readonly ReplicaSet[]): string[] {
  return sets.map(({ metadata, spec }) => `${metadata.annotations?.[revision]} of ${spec?.replicas ?? 1}`).toSorted();
}

function sizeOf({ metadata, spec }: ReplicaSet): string {
  return `revision ${metadata.annotations?.[revision]}: ${spec?.replicas ?? 1}`;
}
