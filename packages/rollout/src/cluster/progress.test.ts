import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { releaseLabel, slotLabel } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { type Expectation, judge } from "./progress.ts";

const expectation: Expectation = {
  ...{ service: "user", namespace: "user", release: "two", slot: "a", who: "the new release" },
  workloads: [{ name: "user-a", uid: "applied", generation: 2, replicas: 1 }],
  ...{ appliedAt: 0, progressDeadline: undefined },
};

const conditions = [{ type: "Available", status: "True" }];
const status = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions };

function workload(uid: string, generation: number, observedGeneration: number): KubernetesObject {
  const metadata = { name: "user-a", namespace: "user", uid, generation };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { replicas: 1 },
    status: { ...status, observedGeneration },
  };
}

function pod(release: string, slot: string): KubernetesObject {
  const labels = { [releaseLabel]: release, [slotLabel]: slot };
  const metadata = { name: `${release}-${slot}`, namespace: "user", labels };
  return { apiVersion: "v1", kind: "Pod", metadata, status: { conditions: [{ type: "Ready", status: "True" }] } };
}

function stateOf(...objects: readonly KubernetesObject[]): string {
  const observation = { cluster: "alpha", namespace: "user", at: 1_000, objects, events: [] };
  const { state, ready } = judge(observation, expectation, [], 1_000);
  return `${state}, ${ready} ready`;
}

describe("progress", () => {
  it("is counted by the workload that was applied, once its controller has seen it, and by pods of this release", () => {
    assert.equal(stateOf(workload("applied", 2, 2), pod("two", "a")), "ready, 1 ready");
    assert.equal(stateOf(workload("applied", 3, 3), pod("two", "a")), "ready, 1 ready");
  });

  for (const [title, seen] of [
    ["a workload of the same name that somebody else made", workload("another", 2, 2)],
    ["a workload as it was before", workload("applied", 1, 1)],
    ["a workload that its controller has not seen yet", workload("applied", 2, 1)],
  ] as const) {
    it(`is not told by ${title}`, () => assert.equal(stateOf(seen, pod("two", "a")), "waiting, 1 ready"));
  }

  it("is not told by pods of the former release, or of this one in the other slot", () => {
    assert.equal(stateOf(workload("applied", 2, 2), pod("one", "a"), pod("two", "b")), "ready, 0 ready");
  });
});
