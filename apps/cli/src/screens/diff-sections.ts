import type { DeployDiff } from "@fairway/api";

type InCluster = DeployDiff["clusters"][number];
export type ChangedObject = InCluster["objects"][number];

/** Objects that change in the same way in these clusters, and in no other. */
export interface DiffSection {
  readonly clusters: readonly string[];
  readonly objects: readonly ChangedObject[];
}

/** What is the same in several clusters is told once: each change by the clusters that have it, those of most first. */
export function diffSections(clusters: readonly InCluster[]): readonly DiffSection[] {
  const changes = new Map<string, { readonly object: ChangedObject; readonly clusters: string[] }>();
  for (const { cluster, objects } of clusters) {
    for (const object of objects) {
      const key = sameness(object);
      const known = changes.get(key);
      if (known === undefined) changes.set(key, { object, clusters: [cluster] });
      else known.clusters.push(cluster);
    }
  }
  const sections = Map.groupBy(changes.values(), (change) => JSON.stringify(change.clusters));
  return [...sections.values()]
    .map((same) => ({ clusters: same[0]?.clusters ?? [], objects: same.map(({ object }) => object) }))
    .sort((a, b) => b.clusters.length - a.clusters.length);
}

/** The name that people know: an object that is named by its content has another one in each cluster. */
export function titleOf({ kind, name, insteadOf }: ChangedObject): string {
  return `${kind} ${insteadOf === undefined ? name : name.replace(/-[0-9a-f]{10}$/, "")}`;
}

function sameness(object: ChangedObject): string {
  const { name: _, insteadOf: __, ...rest } = object;
  return JSON.stringify([titleOf(object), rest]);
}
