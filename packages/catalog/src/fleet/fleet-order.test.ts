import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FleetCandidate, fleetOrder } from "../index.ts";

/** `web: api data` calls api and data. */
function service(line: string, more: Partial<FleetCandidate> = {}): FleetCandidate {
  const [name = "", rest = ""] = line.split(":");
  const dependencies = rest.split(" ").filter((one) => one !== "");
  return { name, kind: "business", dependencies, availability: undefined, ...more };
}

const order = (...candidates: readonly FleetCandidate[]) =>
  fleetOrder(candidates).map((place) => `${place.service} ${place.dependents}`);

describe("the order of a fleet", () => {
  it("begins with jobs and ends with what most depend on, through others too", () => {
    const found = order(
      service("data:"),
      service("api: data"),
      service("web: api"),
      service("nightly: data", { kind: "job" }),
      service("alone:"),
    );
    assert.deepEqual(found, ["nightly 0", "alone 0", "web 0", "api 1", "data 3"]);
  });

  it("puts what promises more later, then goes by kind and name", () => {
    const found = order(
      service("b"),
      service("a"),
      service("page", { kind: "frontend" }),
      service("tool", { kind: "infrastructure" }),
      service("pay", { availability: 99.9 }),
      service("ask", { availability: 99, kind: "business" }),
    );
    assert.deepEqual(found, ["tool 0", "page 0", "a 0", "b 0", "ask 0", "pay 0"]);
  });

  it("bears circles and names that nobody has", () => {
    assert.deepEqual(order(service("a: b gone"), service("b: a")), ["a 1", "b 1"]);
  });
});
