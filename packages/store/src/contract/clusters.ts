import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { at } from "./records.ts";

/** Clusters and registries of environments, and drains. */
export function clusterCases(make: () => Promise<Store>): void {
  it("keeps clusters, the newest word on each", async () => {
    const { clusters } = await make();
    const alpha = {
      name: "alpha",
      environment: "prod",
      embedded: true,
      kubeconfig: "clusters/alpha/kubeconfig",
      context: undefined,
      addressTemplate: "http://127.0.0.1:{21000+number}",
      gateway: "127.0.0.1:9000",
      lost: undefined,
      retiring: undefined,
      createdAt: at(1),
    };
    await clusters.put(alpha);
    await clusters.put({ ...alpha, name: "beta", context: "c", gateway: undefined });
    await clusters.put({ ...alpha, gateway: "127.0.0.1:9001" });
    assert.deepEqual(
      (await clusters.list()).map((one) => [one.name, one.context, one.gateway]),
      [
        ["alpha", undefined, "127.0.0.1:9001"],
        ["beta", "c", undefined],
      ],
    );
    assert.deepEqual(await clusters.get("alpha"), { ...alpha, gateway: "127.0.0.1:9001" });
    const lost = { ...alpha, lost: { by: "admin", at: at(2) } };
    await clusters.put(lost);
    assert.deepEqual(await clusters.get("alpha"), lost);
    const retiring = { ...alpha, retiring: { by: "admin", at: at(3) } };
    await clusters.put(retiring);
    assert.deepEqual(await clusters.get("alpha"), retiring);
    await clusters.remove("alpha");
    assert.equal(await clusters.get("alpha"), undefined);
  });

  it("keeps registries, the newest word on each, one for an environment", async () => {
    const { registries } = await make();
    const files = { dockerConfig: true, pullDockerConfig: false, certificateAuthority: true };
    const main = {
      name: "main",
      environment: "prod",
      prefix: "registry.example.com/team",
      plainHttp: false,
      files,
      bases: { node: "registry.example.com/base/node:24" },
      createdAt: at(1),
    };
    await registries.put(main);
    await registries.put({ ...main, name: "lab", environment: "staging", plainHttp: true, bases: {} });
    const changed = { ...main, files: { ...files, pullDockerConfig: true }, prefix: "registry.example.com/other" };
    await registries.put(changed);
    assert.deepEqual(await registries.get("main"), changed);
    assert.deepEqual(await registries.of("prod"), changed);
    assert.equal(await registries.of("nowhere"), undefined);
    assert.deepEqual(
      (await registries.list()).map(({ name, plainHttp }) => [name, plainHttp]),
      [
        ["lab", true],
        ["main", false],
      ],
    );
    await assert.rejects(registries.put({ ...main, name: "second" }));
    await registries.remove("main");
    assert.equal(await registries.get("main"), undefined);
  });

  it("drains once, restores once", async () => {
    const { drains } = await make();
    await drains.add("prod", "user", "beta");
    await drains.add("prod", "user", "beta");
    await drains.add("prod", "user", "alpha");
    await drains.remove("prod", "user", "gamma");
    await drains.remove("prod", "user", "alpha");
    assert.deepEqual(await drains.list(), [{ environment: "prod", service: "user", cluster: "beta" }]);
  });
}
