import assert from "node:assert/strict";
import { managedByLabel, manager, serviceLabel } from "@fairway/manifests";
import { isEndpointSlice, isPod, type KubernetesObject, refOf } from "@fairway/objects";
import type { AdoptionPlan } from "../../plan/adoption/adoption-plan.ts";
import type { Cluster } from "../../ports.ts";
import { type MemoryCluster, memoryCluster } from "../../testing/memory-cluster.ts";
import { type VirtualClock, virtualClock } from "../../testing/virtual-clock.ts";
import type { ActOutcome } from "../act.ts";
import { performAct } from "../perform-act.ts";
import { surveyAdoption } from "../survey.ts";

type Act = Parameters<typeof performAct>[0];

/** A service that somebody deployed by hand, in one cluster, and ours beside it. */
export interface OldShop {
  readonly cluster: MemoryCluster;
  readonly clock: VirtualClock;
  readonly plan: AdoptionPlan;
  /** What ours is; what the old has by the same name is not applied yet. */
  readonly ours: readonly KubernetesObject[];
  /** Lets controllers and pods do what they are about to. */
  settle(): Promise<void>;
  /** Does an act once. */
  once(act: Act, as?: ActOptions): Promise<ActOutcome>;
  /** Does an act until it is done. */
  done(act: Act, as?: ActOptions): Promise<void>;
  /** Whose pods take the requests of the old Service, each once: `old`, `ours`; `nobody`: of pods that are gone. */
  takers(): readonly string[];
  /** The old object of this kind and name, as it is by now. */
  old(kind: string, name: string): KubernetesObject | undefined;
  /** Rolls ours out beside it, and takes it away as its removal does. */
  bringOurs(): void;
  removeOurs(): Promise<void>;
}

export interface ActOptions {
  readonly cluster?: Cluster;
  readonly number?: number;
  readonly ours?: readonly KubernetesObject[];
  readonly isCurrent?: () => Promise<boolean>;
}

/**
 * @param namespace of the old service: `shop` is that of ours too, so that ours takes its names over
 * @param alone nothing of ours is there yet
 */
export async function oldShop(namespace: "shop" | "legacy", alone = false): Promise<OldShop> {
  const clock = virtualClock();
  const cluster = memoryCluster("alpha", clock);
  const settle = () => clock.advance(5_000);
  for (const object of oldObjects(namespace)) cluster.applyAs("kubectl", object);
  await settle();
  const ours = ourObjects();
  const { signal } = new AbortController();
  const { plan, findings } = await surveyAdoption(
    [cluster],
    { namespace, service: "shop" },
    { service: "shop", namespace: "shop", objectsOf: () => ours },
    signal,
  );
  assert.deepEqual(findings, []);
  const own = plan?.clusters["alpha"];
  assert.ok(plan !== undefined && own !== undefined);

  const once = (act: Act, as: ActOptions = {}): Promise<ActOutcome> =>
    performAct(act, {
      ...{ cluster, number: 1, service: "shop", environment: "prod", plan, own, ours, signal },
      isCurrent: async () => true,
      ...as,
    });
  const names = new Set(namespace === "shop" ? ["Namespace", "Service", "ServiceAccount"] : []);
  const bringOurs = (): void => {
    for (const object of ours) if (!names.has(object.kind)) cluster.applyAs("fairway", object);
  };
  if (!alone) {
    await once("claim");
    bringOurs();
    await settle();
  }

  return {
    ...{ cluster, clock, plan, ours, settle, once },
    async done(act, as) {
      let outcome = await once(act, as);
      for (let tries = 0; outcome.state === "pending" && tries < 20; tries += 1) {
        await settle();
        outcome = await once(act, as);
      }
      assert.deepEqual(outcome, { state: "done" }, act);
      await settle();
    },
    takers() {
      const alive = new Set(
        cluster
          .objects()
          .filter(isPod)
          .map(({ metadata }) => metadata.name),
      );
      const whose = (pod: string): string => (!alive.has(pod) ? "nobody" : pod.startsWith("shop-a-") ? "ours" : "old");
      const pods = cluster
        .objects(namespace)
        .filter(isEndpointSlice)
        .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "shop")
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .map(({ targetRef }) => whose(targetRef?.name ?? ""));
      return [...new Set(pods)].toSorted();
    },
    old: (kind, name) => cluster.objects(namespace).find((one) => one.kind === kind && one.metadata.name === name),
    bringOurs,
    async removeOurs() {
      for (const object of ours) if (!names.has(object.kind)) await cluster.delete(refOf(object), {});
    },
  };
}

function workload(name: string, namespace: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: "shop",
          containers: [{ name: "app", image: "shop:1", ports: [{ name: "http", containerPort: 3000 }] }],
        },
      },
    },
  };
}

/** What somebody has deployed. */
export function oldObjects(namespace: string): readonly KubernetesObject[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { team: "a" } } },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "shop", namespace },
      automountServiceAccountToken: true,
    },
    workload("shop", namespace, { app: "old-shop" }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "shop", namespace },
      spec: { type: "ClusterIP", selector: { app: "old-shop" }, ports: [{ name: "web", port: 80, targetPort: 3000 }] },
    },
  ];
}

/** What ours is, in its slot. */
export function ourObjects(): readonly KubernetesObject[] {
  const labels = { [managedByLabel]: manager, [serviceLabel]: "shop" };
  const metadata = { name: "shop", namespace: "shop", labels };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    workload("shop-a", "shop", labels),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ClusterIP", selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
  ];
}
