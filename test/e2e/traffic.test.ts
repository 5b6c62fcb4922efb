/** How requests go over from one release to the next in an embedded cluster: by the weights of its gateway. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connectCluster } from "@fairway/kube";
import type { Minicluster } from "@fairway/minicluster";
import { answering, constantRequests, requests, shareOf, type Target } from "../traffic/answering.ts";
import { holds, type Rollouts, startRollouts } from "../traffic/rollouts.ts";
import { startCluster } from "./start-cluster.ts";

const addressBase = 23_400;
const steps = [5, 25, 50].map((weight) => ({ weight, hold: undefined }));

describe("requests in an embedded cluster", () => {
  const ends: (() => Promise<void>)[] = [];
  let minicluster: Minicluster;
  let rollouts: Rollouts;
  let byHost: Target;
  /** As other services call it. */
  const byNumber: Target = { address: `127.0.0.1:${addressBase + 1}`, host: "anything" };

  before(async () => {
    const { kubeconfig, image, close, ...started } = await startCluster({ addressBase });
    ends.push(close);
    minicluster = started.minicluster;
    byHost = { address: minicluster.ingressAddress, host: "web.localhost" };
    const cluster = await connectCluster({ name: "alpha", kubeconfig });
    const addressTemplate = `http://127.0.0.1:{${addressBase}+number}`;
    const place = { cluster: { ...cluster, router: "gateway" as const }, image, addressTemplate };
    rollouts = startRollouts([place], { tick: 200 });
    ends.push(async () => {
      await rollouts.stop();
      cluster.close();
    });
    await rollouts.deploy(answering("web", "1"));
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  /** Runs under constant requests by both ways; no request may fail. */
  async function under(work: () => Promise<void>): Promise<void> {
    const loads = [constantRequests(byHost, 50), constantRequests(byNumber, 50)];
    const stop = () => Promise.all(loads.map((load) => load.stop()));
    await work().finally(stop);
    for (const { failed, answers } of await stop()) {
      assert.deepEqual(failed, []);
      assert.ok(Object.values(answers).reduce((all, one) => all + one, 0) > 50);
    }
  }
  const only = async (release: string) => {
    for (const target of [byHost, byNumber]) {
      assert.deepEqual((await requests(target, 50)).answers, { [release]: 50 });
    }
  };

  it("a canary has its share at each step, and nobody fails on its way to all", async () => {
    await under(async () => {
      const number = await rollouts.begin(answering("web", "2"), { strategy: "canary", steps });
      for (const { weight } of steps) {
        await rollouts.until(number, holds(weight));
        for (const target of [byHost, byNumber]) {
          const share = shareOf("2", await requests(target, 1_000));
          // Exact for all requests together; these are only some of them.
          assert.ok(Math.abs(share - weight) <= 2, `${share} % at ${weight} %`);
        }
        await rollouts.command(number, { type: "promote" });
      }
      assert.equal((await rollouts.ended(number)).status, "succeeded");
      await only("2");
    });
  });

  it("an aborted canary gives everything back", async () => {
    await under(async () => {
      const number = await rollouts.begin(answering("web", "3"), { strategy: "canary", steps: steps.slice(2) });
      await rollouts.until(number, holds(50));
      await rollouts.command(number, { type: "abort" });
      assert.equal((await rollouts.ended(number)).status, "failed");
      await only("2");
    });
  });

  it("blue-green goes over at once, when it is told", async () => {
    await under(async () => {
      const number = await rollouts.begin(answering("web", "4"), { strategy: "blue-green", switch: "by-hand" });
      await rollouts.until(number, holds(0));
      await only("2");
      await rollouts.command(number, { type: "promote" });
      assert.equal((await rollouts.ended(number)).status, "succeeded");
      await only("4");
    });
  });
});
