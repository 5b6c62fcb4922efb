import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type HTTPRoute, isHttpRoute, isService, type KubernetesObject } from "@fairway/objects";
import { type BackendRefs, httpRoute, pod, sideBySide, slice, stableService } from "../testing/side-by-side.ts";
import { httpRouteRouter } from "./http-route.ts";
import { routerOf } from "./routers.ts";

const stable = { name: "web", port: 80 };

/** Services that the first rule of a route leads to, with their weights. */
function led(route: KubernetesObject | undefined): readonly string[] {
  const backends = route !== undefined && isHttpRoute(route) ? (route.spec?.rules?.[0]?.backendRefs ?? []) : [];
  return backends.map(({ namespace, name, port, weight }) =>
    [...(namespace === undefined ? [] : [namespace]), `${name}:${port}`, weight ?? "-"].join(" "),
  );
}

/** The same of the route that is applied. */
function ledAt(weight: number, before: BackendRefs): readonly string[] {
  return led(httpRouteRouter.objects(sideBySide([httpRoute(before)]), weight).find(isHttpRoute));
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
  it("leads to the Service and to one for each slot, by weights; before and after to the Service alone", () => {
    assert.deepEqual(ledAt(0, [stable]), ["web:80 100", "web-a:80 0", "web-b:80 0"]);
    assert.deepEqual(ledAt(5, [stable]), ["web:80 0", "web-a:80 95", "web-b:80 5"]);
    assert.deepEqual(ledAt(100, [stable]), ["web:80 100", "web-a:80 0", "web-b:80 0"]);
    const back = { ...sideBySide([httpRoute([stable])]), from: "b", to: "a" } as const;
    assert.deepEqual(led(httpRouteRouter.objects(back, 5).find(isHttpRoute)), [
      "web:80 0",
      "web-a:80 5",
      "web-b:80 95",
    ]);
  });

  it("leads to nothing that is not there", () => {
    for (const weight of [0, 5, 100]) {
      const objects = httpRouteRouter.objects(sideBySide([httpRoute([stable])]), weight);
      const services = objects.filter(isService).map(({ metadata }) => metadata.name);
      assert.ok(["web-a", "web-b"].every((name) => services.includes(name)));
    }
  });

  it("keeps the share of what it leads to besides", () => {
    const before = [
      { ...stable, weight: 3 },
      { name: "other", port: 80 },
      { ...stable, namespace: "elsewhere", weight: 2 },
    ];
    assert.deepEqual(ledAt(10, before), [
      "web:80 0",
      "web-a:80 270",
      "web-b:80 30",
      "other:80 100",
      "elsewhere web:80 200",
    ]);
  });

  it("is each release's own at the ends; one that only one release has is left alone between them", () => {
    const of = sideBySide(
      [httpRoute([stable]), httpRoute([stable], { name: "leaving" })],
      [httpRoute([stable]), httpRoute([stable], { name: "coming" })],
    );
    const routes = (weight: number) =>
      httpRouteRouter
        .objects(of, weight)
        .filter(isHttpRoute)
        .map((route) => [route.metadata.name, led(route).length]);
    assert.deepEqual(routes(0), [
      ["shop.example", 3],
      ["leaving", 1],
    ]);
    assert.deepEqual(routes(50), [["shop.example", 3]]);
    assert.deepEqual(routes(100), [
      ["shop.example", 3],
      ["coming", 1],
    ]);
    const selected = (weight: number) =>
      httpRouteRouter
        .objects(of, weight)
        .filter(isService)
        .find(({ metadata }) => metadata.name === "web")?.spec?.selector?.["fairway.dev/slot"];
    assert.deepEqual([selected(0), selected(50), selected(100)], ["a", undefined, "b"]);
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
