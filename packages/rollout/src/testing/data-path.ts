import assert from "node:assert/strict";
import { type Slot, weightsCondition } from "@fairway/manifests";
import { isEndpointSlice, isHttpRoute, isPod, isService, type KubernetesObject } from "@fairway/objects";
import { slotServiceName } from "../traffic/slot-services.ts";
import type { MemoryCluster } from "./memory-cluster.ts";

const service = "user";
const releaseLabel = "fairway.dev/release";

/** Releases that requests meet now, sorted; `nothing` where some would meet no pod. */
export interface Met {
  /** By the stable Service, from inside the cluster. */
  readonly inside: readonly string[];
  /** By the route or our gateway. */
  readonly outside: readonly string[];
}

/** What requests meet in a cluster at this moment: routes and weights as they are, endpoints that are ready and alive. */
export function met(cluster: Pick<MemoryCluster, "objects">): Met {
  const objects = cluster.objects(service);
  const behind = (name: string): readonly string[] => {
    const found = readyPods(objects, name).map(({ metadata }) => metadata.labels?.[releaseLabel] ?? "?");
    return found.length === 0 ? ["nothing"] : found;
  };
  const sorted = (names: readonly string[]): readonly string[] => [...new Set(names.flatMap(behind))].toSorted();
  return { inside: sorted([service]), outside: sorted(backends(objects)) };
}

/** Fails the test as soon as a request would meet nothing, or `check` throws. Gives the end of it. */
export function watchRequests(
  clusters: readonly MemoryCluster[],
  check: (now: Met, cluster: string) => void = () => undefined,
): () => void {
  const stops = clusters.map((cluster) =>
    cluster.onChange(() => {
      const now = met(cluster);
      assert.ok(!now.inside.includes("nothing"), `${cluster.name}: the Service leads to nothing`);
      assert.ok(!now.outside.includes("nothing"), `${cluster.name}: the router leads to nothing`);
      check(now, cluster.name);
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

function backends(objects: readonly KubernetesObject[]): readonly string[] {
  const route = objects.find(isHttpRoute);
  const refs = (route?.spec?.rules ?? []).flatMap(({ backendRefs = [] }) => backendRefs);
  if (refs.length > 0) return refs.filter(({ weight = 1 }) => weight > 0).map(({ name }) => name);
  const stable = objects.filter(isService).find(({ metadata }) => metadata.name === service);
  const taken = stable?.status?.conditions?.find(({ type, status }) => type === weightsCondition && status === "True");
  if (taken?.message === undefined) return [service];
  const weights: Readonly<Partial<Record<Slot, number>>> = JSON.parse(taken.message);
  if (Object.values(weights).includes(100)) return [service];
  return (["a", "b"] as const).filter((slot) => (weights[slot] ?? 0) > 0).map((slot) => slotServiceName(service, slot));
}

function readyPods(objects: readonly KubernetesObject[], name: string): readonly KubernetesObject[] {
  const slices = objects
    .filter(isEndpointSlice)
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
  const ready = slices
    .flatMap(({ endpoints = [] }) => endpoints)
    .filter(({ conditions }) => conditions?.ready ?? true)
    .map(({ targetRef }) => targetRef?.name);
  return objects.filter(isPod).filter(({ metadata }) => ready.includes(metadata.name));
}
