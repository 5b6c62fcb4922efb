import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { ClusterError, type ClusterErrorCode } from "../ports.ts";
import { type ClusterCall, interceptCluster } from "../testing/intercept.ts";
import { memoryCluster } from "../testing/memory-cluster.ts";
import { virtualClock } from "../testing/virtual-clock.ts";
import { type AdoptionSource, surveyAdoption } from "./survey.ts";
import { oldObjects, oldShop, ourObjects } from "./testing/old-shop.ts";

const clock = virtualClock();
const service = (name: string, helm?: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    ...{ name, namespace: "old" },
    ...(helm === undefined ? {} : { annotations: { "meta.helm.sh/release-name": helm } }),
  },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});
const space: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "old" } };
const ours = { service: "shop", namespace: "ours", objectsOf: () => [] };

/** What stops it, as cluster and code; beta answers every list with an error. */
async function stops(
  source: AdoptionSource,
  services: readonly KubernetesObject[],
  error?: ClusterErrorCode,
): Promise<readonly string[]> {
  const [alpha, beta] = [memoryCluster("alpha", clock), memoryCluster("beta", clock)];
  for (const cluster of [alpha, beta]) for (const one of [space, ...services]) cluster.applyAs("helm", one);
  const before = ({ method }: { readonly method: string }): void => {
    if (error !== undefined && method === "list") throw new ClusterError(error, "beta", "no");
  };
  const clusters = [alpha, interceptCluster(beta, { before })];
  const { plan, findings } = await surveyAdoption(clusters, source, ours, AbortSignal.timeout(10_000));
  assert.equal(plan, undefined);
  return findings.map(({ cluster, code }) => `${cluster} ${code}`);
}

describe("a look at the old service in all clusters", () => {
  const named = { namespace: "old", service: "shop" };
  const released = { namespace: "old", helm: "shop" };

  it("plans nothing while one cluster is silent or does not let us look", async () => {
    assert.deepEqual(await stops(named, [service("shop")], "unreachable"), ["beta cluster-unreachable"]);
    assert.deepEqual(await stops(named, [service("shop")], "forbidden"), ["beta permission-missing"]);
  });

  it("finds the Service of a Helm release where it has one", async () => {
    const two = [service("shop", "shop"), service("admin", "shop")];
    assert.deepEqual(await stops(released, two), [" old-not-found"]);
    assert.deepEqual(await stops(released, [service("shop", "other")]), [" old-not-found"]);
    assert.deepEqual(await stops(released, [service("web", "shop"), service("other")]), [
      ...["alpha ours-has-no-service", "alpha old-not-ready"],
      ...["beta ours-has-no-service", "beta old-not-ready"],
    ]);
  });

  for (const namespace of ["shop", "legacy"] as const) {
    it(`finds rights that are missing for whatever will be written, and changes nothing (namespace ${namespace})`, async () => {
      const shop = await oldShop(namespace);
      const written = new Set<string>();
      const before = ({ writes, kind = "" }: ClusterCall): void => void (writes && written.add(kind));
      const cluster = interceptCluster(shop.cluster, { before });
      for (const act of ["lead", "take", "lead-back", "let-go", "claim", "lead", "delete"] as const) {
        for (let tries = 0; tries < 5; tries += 1) {
          await shop.once(act, { cluster });
          await shop.settle();
        }
      }
      assert.ok(written.has("EndpointSlice"), [...written].join());

      const fresh = memoryCluster("alpha", clock);
      for (const one of oldObjects(namespace)) fresh.applyAs("kubectl", one);
      await clock.advance(5_000);
      const asked = new Set<string>();
      const changed: ClusterCall[] = [];
      const strict = interceptCluster(
        {
          ...fresh,
          check: async (_, kinds = []) => {
            for (const { kind } of kinds) asked.add(kind);
            return { version: "1.36", missingPermissions: ["patch services"] };
          },
        },
        { before: (call) => void (call.writes && changed.push(call)) },
      );
      const source = { namespace, service: "shop" };
      const place = { service: "shop", namespace: "shop", objectsOf: ourObjects };
      const { findings } = await surveyAdoption([strict], source, place, AbortSignal.timeout(10_000));
      assert.deepEqual(
        findings.map(({ code, message }) => `${code}: ${message}`),
        ["permission-missing: cluster alpha does not let us patch services"],
      );
      assert.deepEqual(changed, []);
      assert.deepEqual(
        [...written].filter((kind) => !asked.has(kind)),
        [],
      );
    });
  }

  it("says of a cluster that falls silent while rights are asked about that it cannot be reached", async () => {
    const fresh = memoryCluster("alpha", clock);
    for (const one of oldObjects("legacy")) fresh.applyAs("kubectl", one);
    await clock.advance(5_000);
    const before = ({ method }: ClusterCall): void => {
      if (method === "check") throw new ClusterError("unreachable", "alpha", "no");
    };
    const { findings } = await surveyAdoption(
      [interceptCluster(fresh, { before })],
      { namespace: "legacy", service: "shop" },
      { service: "shop", namespace: "shop", objectsOf: ourObjects },
      AbortSignal.timeout(10_000),
    );
    assert.deepEqual(
      findings.map(({ code }) => code),
      ["cluster-unreachable"],
    );
  });
});
