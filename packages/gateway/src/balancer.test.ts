import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type BackendPosition, createBalancer } from "./balancer.ts";
import type { Backend } from "./routes.ts";

const none: ReadonlySet<string> = new Set();
const nobody = () => false;

function balancer(backends: readonly Backend[], positions = new Map<string, BackendPosition>()) {
  return createBalancer(backends, (name) => {
    const position = positions.get(name) ?? { credit: 0, turn: 0 };
    positions.set(name, position);
    return position;
  });
}

const slot = (name: string, weight: number, pods = 2): Backend => ({
  ...{ name, weight },
  endpoints: Array.from({ length: pods }, (_, index) => `${name}:${index + 1}`),
});

describe("balancer", () => {
  it("keeps the share of two backends to one request, after every request", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 400 }), (weight, requests) => {
        const of = balancer([slot("a", 100 - weight), slot("b", weight)]);
        let b = 0;
        for (let sent = 1; sent <= requests; sent += 1) {
          if (of.next(none, nobody)?.backend === "b") b += 1;
          assert.ok(Math.abs(b - (sent * weight) / 100) <= 1, `${b} of ${sent} at ${weight} %`);
        }
      }),
    );
  });

  it("goes on where it was when routes are replaced, also by other weights", () => {
    const positions = new Map<string, BackendPosition>();
    let b = 0;
    for (let sent = 0; sent < 1_000; sent += 1) {
      const weight = sent < 500 ? 5 : 25;
      if (balancer([slot("a", 100 - weight), slot("b", weight)], positions).next(none, nobody)?.backend === "b") b += 1;
    }
    assert.ok(Math.abs(b - (25 + 125)) <= 2, `${b} of 1000`);
  });

  it("counts requests, not attempts: another try stays in its backend while somebody there is left", () => {
    const of = balancer([slot("a", 90), slot("b", 10)]);
    const counts = { a: 0, b: 0 };
    for (let sent = 0; sent < 1_000; sent += 1) {
      const first = of.next(none, nobody);
      assert.ok(first);
      // Every first endpoint refuses.
      const second = of.next(new Set([first.endpoint]), nobody, first.backend);
      assert.ok(second && second.endpoint !== first.endpoint);
      counts[second.backend === "b" ? "b" : "a"] += 1;
    }
    assert.deepEqual(counts, { a: 900, b: 100 });
  });

  it("goes to another backend when nobody is left in the first one, and to who refused lately only when nobody else is", () => {
    const of = balancer([slot("a", 1, 1), slot("b", 99, 1)]);
    assert.equal(of.next(none, nobody)?.endpoint, "b:1");
    assert.equal(of.next(new Set(["b:1"]), nobody, "b")?.endpoint, "a:1");
    assert.equal(of.next(none, (endpoint) => endpoint === "b:1")?.endpoint, "a:1");
    assert.equal(of.next(new Set(["a:1"]), (endpoint) => endpoint === "b:1", "a")?.endpoint, "b:1");
    assert.equal(of.next(new Set(["a:1", "b:1"]), nobody, "b"), undefined);
  });
});
