import assert from "node:assert/strict";
import { test } from "node:test";
import type { PooledCluster } from "./cluster-pool.ts";
import { pooledPort } from "./pooled-port.ts";

function pool(embedded: boolean) {
  const cluster: PooledCluster = {
    record: {
      ...{ name: "alpha", environment: "prod", embedded, kubeconfig: "", context: undefined, gateway: undefined },
      ...{ addressTemplate: "", lost: undefined, retiring: undefined, createdAt: "" },
    },
    ...{ link: undefined, trouble: "it is away", stopped: false },
  };
  return { get: (name: string) => (name === "alpha" ? cluster : undefined) };
}

test("embedded clusters have our gateway, which shares requests out; others have what their releases say", () => {
  assert.equal(pooledPort(pool(true), "alpha").router, "gateway");
  assert.equal(pooledPort(pool(false), "alpha").router, undefined);
});

test("without a connection every call says why", async () => {
  await assert.rejects(pooledPort(pool(false), "alpha").check(), /it is away/);
  await assert.rejects(pooledPort(pool(false), "beta").check(), /not registered/);
});
