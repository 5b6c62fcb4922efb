import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Deployment, type HorizontalPodAutoscaler, isDeployment, isService } from "@fairway/objects";
import fc from "fast-check";
import { pod, sideBySide, slice } from "../testing/side-by-side.ts";
import { replicasRouter } from "./replicas.ts";
import { sized } from "./sized.ts";

function deployment(name: string, replicas?: number): Deployment {
  const template = { spec: { containers: [] } };
  const spec = { selector: {}, template, ...(replicas === undefined ? {} : { replicas }) };
  const labels = { "fairway.dev/slot": name.endsWith("-a") ? "a" : "b" };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "web", labels }, spec };
}

function autoscaler(name: string, minReplicas: number): HorizontalPodAutoscaler {
  const spec = { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name }, minReplicas, maxReplicas: 9 };
  return { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name, namespace: "web" }, spec };
}

/** Replicas of the new release's workloads, in order. */
function sizes(former: readonly Deployment[], desired: readonly Deployment[], weight: number): readonly unknown[] {
  const sides = { ...sideBySide(former, desired), router: "replicas" } as const;
  return sized(desired, sides, weight).map((one) => isDeployment(one) && one.spec?.replicas);
}

describe("shares by replicas", () => {
  for (const [former, desired, weight, expected] of [
    [19, 19, 5, 1],
    [4, 4, 5, 1],
    [4, 4, 20, 1],
    [4, 4, 25, 2],
    [9, 9, 25, 3],
    [4, 4, 50, 4],
    [4, 4, 90, 4],
    [8, 3, 50, 3],
    [0, 2, 5, 2],
    [3, 0, 5, 0],
  ] as const) {
    it(`${weight} % beside ${former}: ${expected} of ${desired}`, () => {
      assert.deepEqual(sizes([deployment("web-a", former)], [deployment("web-b", desired)], weight), [expected]);
    });
  }

  it("are at least what was asked for up to a half, and never more pods than either release has", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 99 }), (count, weight) => {
        const [wanted] = sizes([deployment("web-a", count)], [deployment("web-b", count)], weight);
        assert.ok(typeof wanted === "number" && wanted >= 1 && wanted <= count);
        assert.ok((100 * wanted) / (wanted + count) >= Math.min(weight, 50));
      }),
    );
  });

  it("are spread over the workloads of a release", () => {
    const former = [deployment("web-a", 6)];
    assert.deepEqual(sizes(former, [deployment("web-b", 4), deployment("web-2-b", 2)], 50), [4, 2]);
    assert.deepEqual(sizes(former, [deployment("web-b", 3), deployment("web-2-b", 3)], 25), [1, 1]);
    assert.deepEqual(sizes(former, [deployment("web-b", 5), deployment("web-2-b", 1)], 5), [1, 0]);
  });

  it("leave what a team brings itself as it is, and do not count it", () => {
    const { labels: _, ...metadata } = deployment("worker", 8).metadata;
    const worker = { ...deployment("worker", 8), metadata };
    assert.deepEqual(sizes([deployment("web-a", 2), worker], [deployment("web-b", 2), worker], 10), [1, 8]);
  });

  it("begin without autoscalers, from what these have at least; the ends are the release's own", () => {
    const desired = [deployment("web-b"), autoscaler("web-b", 4)];
    const former = [deployment("web-a"), autoscaler("web-a", 4)];
    const sides = { ...sideBySide(former, desired), router: "replicas" } as const;
    assert.deepEqual(sized(desired, sides, 20), [deployment("web-b", 1)]);
    assert.deepEqual(sized(desired, sides, 0), desired);
    assert.deepEqual(sized(desired, sides, 100), desired);
    assert.deepEqual(sized(desired, { ...sides, router: "gateway" }, 20), desired);
  });

  it("come from a Service that leads to both slots, and to one at the ends", () => {
    const of = sideBySide();
    const selector = (weight: number) => replicasRouter.objects(of, weight).find(isService)?.spec?.selector;
    assert.deepEqual(selector(0), { "fairway.dev/service": "web", "fairway.dev/slot": "a" });
    assert.deepEqual(selector(30), { "fairway.dev/service": "web" });
    assert.deepEqual(selector(100), { "fairway.dev/service": "web", "fairway.dev/slot": "b" });
    assert.deepEqual(replicasRouter.beside(of), []);
  });

  const pods = [pod("a1", "a"), pod("a2", "a"), pod("b1", "b"), pod("b2", "b", false)];
  for (const [weight, serving, expected] of [
    [30, ["a1", "a2"], false],
    [30, ["a1", "a2", "b1"], true],
    [100, ["a1", "b1"], false],
    [100, ["b1"], true],
    [100, [], false],
    [0, ["a1", "a2", "b1"], false],
    [0, ["a1"], false],
    [0, ["a1", "a2"], true],
  ] as const) {
    it(`${weight} % is ${expected ? "" : "not "}taken when ${serving.join(", ") || "nobody"} takes requests`, () => {
      assert.equal(replicasRouter.taken(sideBySide(), weight, [...pods, slice(serving)]).taken, expected);
    });
  }

  it("says how many pods of the new release take requests", () => {
    const { detail } = replicasRouter.taken(sideBySide(), 30, [...pods, slice(["a1", "a2", "b1"])]);
    assert.equal(detail, "1 of 3 pods that take requests are of the new release");
  });

  it("does not wait for pods that a restored release has not", () => {
    assert.equal(replicasRouter.taken(sideBySide(), 0, [pod("a1", "a", false), slice([])]).taken, true);
  });
});
