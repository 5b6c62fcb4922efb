import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isService, type KubernetesObject, type Service } from "@fairway/objects";
import { sideBySide, stableService } from "../testing/side-by-side.ts";
import { gatewayRouter } from "./gateway.ts";

function says(message: string, status: "True" | "False" = "True", name = "web"): Service {
  return {
    ...stableService("a", name),
    status: { conditions: [{ type: "fairway.dev/WeightsTaken", status, message }] },
  };
}

const selectorOf = (objects: readonly KubernetesObject[]) =>
  objects.filter(isService).map(({ metadata, spec }) => [metadata.name, spec?.selector?.["fairway.dev/slot"]]);

describe("our gateway", () => {
  it("has a Service for each slot beside the stable one, without its number", () => {
    const beside = gatewayRouter.beside(sideBySide());
    assert.deepEqual(selectorOf(beside), [
      ["web-a", "a"],
      ["web-b", "b"],
    ]);
    for (const { metadata } of beside) {
      assert.equal(metadata.annotations?.["fairway.dev/number"], undefined);
      assert.equal(metadata.labels?.["fairway.dev/release"], "two");
    }
  });

  it("takes shares from the former release's stable Service, and the ends from each release", () => {
    const of = sideBySide();
    const [stable] = gatewayRouter.objects(of, 5);
    assert.equal(stable?.metadata.annotations?.["fairway.dev/weights"], '{"a":95,"b":5}');
    assert.equal(stable?.metadata.annotations?.["fairway.dev/number"], "7");
    assert.deepEqual(selectorOf(gatewayRouter.objects(of, 5)), [["web", "a"]]);
    assert.deepEqual(gatewayRouter.objects(of, 0), of.former);
    assert.deepEqual(gatewayRouter.objects(of, 100), of.desired);
    const back = { ...of, from: "b", to: "a" } as const;
    assert.equal(gatewayRouter.objects(back, 25)[0]?.metadata.annotations?.["fairway.dev/weights"], '{"a":25,"b":75}');
  });

  for (const [title, weight, live, taken] of [
    ["nothing was said", 5, [stableService("a")], false],
    ["nothing is there", 5, [], false],
    ["another share is routed", 5, [says('{"a":100,"b":0}')], false],
    ["the share is routed", 5, [says('{"a":95,"b":5}')], true],
    ["the share is known and cannot be routed", 5, [says('{"a":95,"b":5}', "False")], false],
    ["the selector was switched and the gateway has not seen it", 100, [says('{"a":50,"b":50}')], false],
    ["the gateway says nothing of a switched selector", 100, [stableService("b")], false],
    ["the gateway goes by the switched selector", 100, [says('{"a":0,"b":100}')], true],
    ["a restore has not arrived", 0, [says('{"a":95,"b":5}')], false],
    ["a restore has arrived", 0, [says('{"a":100,"b":0}')], true],
  ] as const) {
    it(`has ${taken ? "" : "not "}taken ${weight} %: ${title}`, () => {
      assert.equal(gatewayRouter.taken(sideBySide(), weight, live).taken, taken);
    });
  }

  it("waits for every Service that both releases have, and for no other", () => {
    const of = sideBySide(
      [stableService("a", "admin"), stableService("a", "old")],
      [stableService("b", "admin"), stableService("b", "new")],
    );
    assert.deepEqual(
      gatewayRouter.reads(of).map(({ name }) => name),
      ["web", "admin"],
    );
    const half = says('{"a":50,"b":50}');
    assert.equal(gatewayRouter.taken(of, 50, [half]).taken, false);
    assert.equal(gatewayRouter.taken(of, 50, [half, says('{"a":50,"b":50}', "True", "admin")]).taken, true);
    assert.deepEqual(
      gatewayRouter.beside(of).map(({ metadata }) => metadata.name),
      ["web-a", "web-b", "admin-a", "admin-b"],
    );
  });

  it("has nothing to wait for where nothing leads to the service", () => {
    const of = { ...sideBySide(), former: [], desired: [] };
    assert.equal(gatewayRouter.taken(of, 100, []).taken, true);
  });
});
