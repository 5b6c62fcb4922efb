import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubernetesObject, ObjectRef } from "@fairway/objects";
import { ClusterError } from "../ports.ts";
import { memoryCluster } from "../testing/memory-cluster.ts";
import { whileCurrent } from "./while-current.ts";

const ref: ObjectRef = { apiVersion: "v1", kind: "ServiceAccount", namespace: "shop", name: "shop" };
const account: KubernetesObject = {
  apiVersion: ref.apiVersion,
  kind: ref.kind,
  metadata: { name: ref.name, namespace: "shop" },
};

/** A cluster, and the same while a turn lasts, which is over after it was asked about so often. */
async function world(lasts: number) {
  const cluster = memoryCluster("alpha", { now: () => 0, sleep: async () => undefined });
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  let asked = 0;
  return { cluster, current: whileCurrent(cluster, async () => ++asked <= lasts) };
}

describe("a write while an adoption is in its turn", () => {
  for (const write of ["apply", "create"] as const) {
    it(`lasts, by ${write}`, async () => {
      const { cluster, current } = await world(2);
      await current[write](account);
      assert.ok(await cluster.get(ref));
    });

    it(`is not made when the turn is over, by ${write}`, async () => {
      const { cluster, current } = await world(0);
      await assert.rejects(current[write](account), /the adoption has gone on meanwhile/);
      assert.equal(await cluster.get(ref), undefined);
    });

    it(`is taken back when the turn ended while it was made, by ${write}`, async () => {
      const { cluster, current } = await world(1);
      await current[write](account);
      assert.equal(await cluster.get(ref), undefined);
    });

    it(`is left as somebody has written it since, by ${write}`, async () => {
      const { cluster } = await world(0);
      let asked = 0;
      const current = whileCurrent(cluster, async () => {
        asked += 1;
        if (asked > 1) cluster.applyAs("kubectl", { ...account, automountServiceAccountToken: false });
        return asked === 1;
      });
      await assert.rejects(current[write](account), ClusterError);
      assert.equal((await cluster.get(ref))?.["automountServiceAccountToken"], false);
    });
  }
});
