import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deafProxies } from "./deaf-proxies.ts";

describe("how long proxies hear nothing after an outage", () => {
  const most = 120_000;
  const world = (met = true) => {
    let now = 1_000_000;
    const proxies = deafProxies({ now: () => now, sleep: async () => undefined }, most);
    if (met) proxies.answered("alpha");
    const pass = (milliseconds: number) => {
      now += milliseconds;
    };
    const outage = (milliseconds: number) => {
      proxies.silent("alpha");
      pass(milliseconds);
      proxies.answered("alpha");
    };
    return { proxies, pass, outage };
  };

  it("is nothing where nothing was silent", () => {
    const { proxies, outage } = world();
    outage(5_000);
    assert.equal(proxies.hearIn("beta"), 0);
  });

  it("is a few seconds after a moment, and bounded after hours", () => {
    const short = world();
    short.outage(1_000);
    assert.equal(short.proxies.hearIn("alpha"), 10_800);
    short.pass(10_800);
    assert.equal(short.proxies.hearIn("alpha"), 0);
    const long = world();
    long.outage(3_600_000);
    assert.equal(long.proxies.hearIn("alpha"), most);
  });

  it("is as long as it can be where the silence may have begun before we did", () => {
    const { proxies, pass, outage } = world(false);
    outage(1_000);
    assert.equal(proxies.hearIn("alpha"), most);
    pass(most + 1);
    assert.equal(proxies.hearIn("alpha"), 0);
    outage(1_000);
    assert.equal(proxies.hearIn("alpha"), 10_800);
  });

  it("counts from the first of several silences, as they do", () => {
    const { proxies, pass, outage } = world();
    outage(5_000);
    pass(1_000);
    outage(1_000);
    assert.equal(proxies.hearIn("alpha"), 6 * 7_800);
    pass(most + 1);
    outage(1_000);
    assert.equal(proxies.hearIn("alpha"), 10_800);
  });

  it("is over when the clock was set back", () => {
    const { proxies, pass, outage } = world();
    outage(60_000);
    pass(-3_600_000);
    assert.equal(proxies.hearIn("alpha"), 0);
    outage(10_000);
    assert.equal(proxies.hearIn("alpha"), 64_800);
  });
});
