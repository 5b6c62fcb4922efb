import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HTTPRoute, KubernetesObject } from "@fairway/objects";
import { type BackendRefs, httpRoute, pod, sideBySide, slice, stableService } from "../testing/side-by-side.ts";
import { httpRouteRouter } from "./http-route.ts";
import { routerOf } from "./routers.ts";

const stable = { name: "web", port: 80 };

/** The references of the first rule of what is applied. */
function refs(before: BackendRefs, weight: number): BackendRefs {
  const [route] = httpRouteRouter.objects(sideBySide([httpRoute(before)]), weight);
  return (route as HTTPRoute | undefined)?.spec?.rules?.[0]?.backendRefs;
}

function taken(
  weight: number,
  parents: NonNullable<HTTPRoute["status"]>["parents"],
  pods: readonly KubernetesObject[],
): boolean {
  const live: HTTPRoute = { ...httpRoute([stable], { generation: 3 }), ...(parents ? { status: { parents } } : {}) };
  return httpRouteRouter.taken(sideBySide([httpRoute([stable])]), weight, [live, ...pods]).taken;
}

const parent = (observedGeneration: number, resolved: "True" | "False" = "True") => ({
  conditions: [
    { type: "Accepted", status: "True", observedGeneration } as const,
    { type: "ResolvedRefs", status: resolved, observedGeneration } as const,
  ],
});
const pods = [pod("old", "a"), pod("new", "b")];
const former = [...pods, slice(["old"])];
const switched = [...pods, slice(["new"])];

describe("an HTTPRoute", () => {
  it("leads to a Service for each slot, by weights", () => {
    assert.deepEqual(refs([stable], 5), [
      { name: "web-a", port: 80, weight: 95 },
      { name: "web-b", port: 80, weight: 5 },
    ]);
  });

  it("keeps the share of what it leads to besides", () => {
    assert.deepEqual(
      refs(
        [
          { ...stable, weight: 3 },
          { name: "other", port: 80 },
          { ...stable, namespace: "elsewhere", weight: 2 },
        ],
        10,
      ),
      [
        { name: "web-a", port: 80, weight: 270 },
        { name: "web-b", port: 80, weight: 30 },
        { name: "other", port: 80, weight: 100 },
        { ...stable, namespace: "elsewhere", weight: 200 },
      ],
    );
  });

  it("is each release's own at the ends; one that only one release has is left alone between them", () => {
    const of = sideBySide(
      [httpRoute([stable]), httpRoute([stable], { name: "leaving" })],
      [httpRoute([stable]), httpRoute([stable], { name: "coming" })],
    );
    assert.deepEqual(httpRouteRouter.objects(of, 0), of.former);
    assert.deepEqual(httpRouteRouter.objects(of, 100), of.desired);
    const names = httpRouteRouter.objects(of, 50).map(({ metadata }) => metadata.name);
    assert.deepEqual(names, ["shop.example"]);
  });

  for (const [title, weight, parents, live, expected] of [
    ["no Gateway has said anything", 5, undefined, former, false],
    ["the Gateway knows what was before", 5, [parent(2)], former, false],
    ["a Service was not found", 5, [parent(3, "False")], former, false],
    ["the Gateway has accepted it", 5, [parent(3)], former, true],
    ["the Service still leads to the former release", 100, [parent(3)], former, false],
    ["the Service leads to both", 100, [parent(3)], [...pods, slice(["old", "new"])], false],
    ["a ready pod gets no requests yet", 100, [parent(3)], [...switched, pod("new-2", "b")], false],
    ["the Service leads to somebody who has gone", 100, [parent(3)], [...pods, slice(["new", "gone"])], false],
    ["Gateway and Service lead to the new release", 100, [parent(3)], switched, true],
    ["Gateway and Service lead back", 0, [parent(3)], former, true],
    ["the Service was not led back yet", 0, [parent(3)], switched, false],
  ] as const) {
    it(`has ${expected ? "" : "not "}taken ${weight} %: ${title}`, () => {
      assert.equal(taken(weight, parents, live), expected);
    });
  }

  it("is what shares requests out where both releases have one, before the cluster's own gateway", () => {
    const { former, desired } = sideBySide([httpRoute([stable])]);
    assert.equal(routerOf({ router: "gateway" }, former, desired), "http-route");
    assert.equal(routerOf({ router: "gateway" }, former, [stableService("b")]), "gateway");
    assert.equal(routerOf({}, [stableService("a")], desired), "replicas");
    const foreign = [stableService("a"), httpRoute([{ name: "other" }])];
    assert.equal(routerOf({}, foreign, foreign), "replicas");
  });
});
