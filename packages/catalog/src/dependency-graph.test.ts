import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dependencyGraph } from "./index.ts";

/** `a: b c` declares b and c. */
function graph(...lines: readonly string[]) {
  return dependencyGraph(
    lines.map((line) => {
      const [name = "", rest = ""] = line.split(":");
      return { name, dependencies: rest.split(" ").filter((one) => one !== "") };
    }),
  );
}

describe("dependencies", () => {
  it("know who calls a service, once each", () => {
    const { consumersOf } = graph("web: api api", "batch: api", "api: data", "data:");
    assert.deepEqual(consumersOf("api"), ["batch", "web"]);
    assert.deepEqual(consumersOf("web"), []);
    assert.deepEqual(consumersOf("absent"), []);
  });

  it("name what is declared and not there, and who would like to have it", () => {
    const { unknown, consumersOf } = graph("web: api pay", "api: pay");
    assert.deepEqual(unknown, [
      { service: "api", dependency: "pay" },
      { service: "web", dependency: "pay" },
    ]);
    assert.deepEqual(consumersOf("pay"), ["api", "web"]);
  });
});
