/** The Cluster port over a simulated cluster: the adapter is the real one, only sockets and time are not. */
import assert from "node:assert/strict";
import { clusterOver } from "@fairway/kube";
import { startSimulation } from "@fairway/minicluster/simulation";
import { kindInfo, refOf } from "@fairway/objects";
import { clusterContract } from "@fairway/rollout/cluster.contract";
import { virtualClock } from "@fairway/rollout/testing";
import { keepGoing } from "./keep-going.ts";

for (const whole of [false, true]) {
  clusterContract(`kube on a simulated cluster${whole ? ", which is followed as a whole too" : ""}`, async () => {
    const clock = virtualClock();
    const simulation = startSimulation({ clock, clusters: { alpha: {} } });
    const stopTime = keepGoing(clock);
    const time = { ...clock, random: simulation.random };
    const cluster = clusterOver({ name: "alpha", transport: simulation.transport("alpha"), time });
    if (whole) cluster.watchCluster({ observed: () => undefined, status: () => undefined });
    const somebody = simulation.transport("alpha", "somebody");
    return {
      cluster,
      async applyAs(manager, object) {
        const { namespace, name } = refOf(object);
        const inside = namespace === undefined ? "" : `/namespaces/${namespace}`;
        const answer = await somebody(
          {
            method: "PATCH",
            path: `/api/v1${inside}/${kindInfo(object)?.resource}/${name}`,
            query: { fieldManager: manager },
            body: { contentType: "application/apply-patch+yaml", text: JSON.stringify(object) },
          },
          new AbortController().signal,
        );
        assert.ok(answer.code < 300);
      },
      cut: async () => simulation.cut("alpha"),
      mend: async () => simulation.mend("alpha"),
      async close() {
        cluster.close();
        await simulation.stop();
        stopTime();
      },
    };
  });
}
