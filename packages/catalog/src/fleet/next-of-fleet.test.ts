import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FleetRecord, type FleetService, type FleetStep, nextOfFleet } from "../index.ts";

const letters = {
  w: "waiting",
  r: "rolling",
  d: "done",
  f: "failed",
  x: "refused",
  u: "unchanged",
  g: "gone",
} as const;

/** Services 0, 1, 2, ... in the states that the letters say. */
function services(states: string): readonly FleetService[] {
  return [...states].map((letter, index) => ({
    service: String(index),
    state: Object.entries(letters).find(([key]) => key === letter)?.[1] ?? "waiting",
    rollout: index,
    reason: undefined,
  }));
}

function next(states: string, fleet: Partial<FleetRecord> = {}, busy: readonly string[] = []): string {
  const step: FleetStep = nextOfFleet(
    { status: "running", parallel: 10, stopAfter: 1, forgiven: 0, ...fleet },
    services(states),
    new Set(busy),
  );
  if (step.type === "look") return `${step.room} of ${step.services.map(({ service }) => service).join("")}`;
  return step.type === "halt" ? `halt: ${step.reason}` : step.type;
}

describe("what comes next in a fleet", () => {
  it("is one service first, then twice as many from round to round, up to the bound", () => {
    const widths: number[] = [];
    let states = "w".repeat(40);
    while (states.includes("w")) {
      const room = Number.parseInt(next(states, { parallel: 6 }), 10);
      widths.push(room);
      for (let begun = 0; begun < room; begun += 1) states = states.replace("w", "d");
    }
    assert.deepEqual(widths, [1, 2, 4, 6, 6, 6, 6, 6, 6]);
  });

  it("is nothing while as many are rolling as may be", () => {
    assert.equal(next("rww"), "wait");
    assert.equal(next("drww"), "1 of 23");
    assert.equal(next("ddrrww", { parallel: 2 }), "wait");
  });

  it("does not get wider by those that were passed by", () => {
    assert.equal(next("uxgww"), "1 of 34");
  });

  it("passes over those that others are rolling out, and waits where there are no others", () => {
    assert.equal(next("www", {}, ["0"]), "1 of 12");
    assert.equal(next("dw", {}, ["1"]), "wait");
  });

  it("is a halt after as many failures as were allowed; refused ones are not counted", () => {
    assert.equal(next("dfw"), "halt: 1 service failed: 1 (rollout 1)");
    assert.equal(next("dxxxw", { stopAfter: 2 }), "2 of 4");
    assert.equal(next("dfw", { stopAfter: 2 }), "2 of 2");
    assert.equal(next("dffw", { stopAfter: 2 }), "halt: 2 services failed: 1 (rollout 1), 2 (rollout 2)");
    assert.equal(next("dffw", { stopAfter: 1, forgiven: 2 }), "2 of 3");
  });

  it("is the end when all are through, with the last failure before it", () => {
    assert.equal(next("duxgd"), "end");
    assert.equal(next("dr"), "wait");
    assert.equal(next(""), "end");
    assert.equal(next("ddf"), "halt: 1 service failed: 2 (rollout 2)");
  });

  it("is nothing for one that is paused", () => {
    for (const status of ["paused", "halted", "stopped", "done"] as const) assert.equal(next("ww", { status }), "wait");
  });
});
