import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualClock } from "@fairway/rollout/testing";
import { cpuMeter } from "./cpu-meter.ts";
import type { ContainerUsage } from "./process-runtime.ts";

test("a pod's cores are what its containers used between two readings, and nothing is known before the second", async () => {
  const clock = virtualClock();
  let readings = 0;
  let usage: readonly ContainerUsage[] = [];
  const use = (...seconds: readonly number[]): void => {
    usage = seconds.map((cpuSeconds, at) => ({
      namespace: "shop",
      pod: "web",
      container: String(at),
      memoryBytes: 0,
      cpuSeconds,
    }));
  };
  const cores = cpuMeter(clock, () => {
    readings += 1;
    return usage;
  });
  const web = { namespace: "shop", name: "web" };
  use(10, 1);
  assert.equal(cores(web), undefined);
  await clock.advance(10_000);
  use(14, 2);
  assert.equal(cores(web), 0.5);
  assert.equal(cores({ namespace: "shop", name: "other" }), undefined);
  assert.equal(readings, 2, "all pods are read at once");
  await clock.advance(10_000);
  // A container that begins anew counts from zero.
  use(1, 3);
  assert.equal(cores(web), undefined);
});
