import type { ReleaseRecord, ReleaseStore } from "@fairway/catalog";
import { canonicalJson } from "@fairway/manifests";
import { carriedName } from "@fairway/rollout";

/** The releases that a new one may have its objects in common with: the active one first, then those that are kept. */
export async function earlierReleases(
  releases: Pick<ReleaseStore, "kept" | "get">,
  active: ReleaseRecord | undefined,
  { service, environment }: Pick<ReleaseRecord, "service" | "environment">,
): Promise<readonly ReleaseRecord[]> {
  const names = (await releases.kept(service, environment)).filter((name) => name !== active?.name);
  const kept = await Promise.all(names.map((name) => releases.get(name)));
  return [active, ...kept].filter((release) => release !== undefined);
}

/**
 * By cluster, where an earlier release has the very same objects: the name that these carry. Under that name they are
 * applied once more, and no pod is replaced for a label's sake. A name stands for one set of objects, so that it does not
 * matter which of several such releases is found.
 *
 * @param name of the new release, which is no earlier one when it is made once more
 */
export function sameObjects(
  name: string,
  objects: ReleaseRecord["objects"],
  earlier: readonly ReleaseRecord[],
): Readonly<Record<string, string>> {
  const others = earlier.filter((one) => one.name !== name);
  return Object.fromEntries(
    Object.entries(objects).flatMap(([cluster, own]) => {
      const text = canonicalJson(own);
      const found = others.find((one) => canonicalJson(one.objects[cluster] ?? []) === text);
      return found === undefined ? [] : [[cluster, carriedName(found, cluster)]];
    }),
  );
}

/** The release that a label means: the active one where its objects carry that name, whichever had them first. */
export function releaseOfLabel(label: string, active: ReleaseRecord | undefined, cluster: string): string {
  return active !== undefined && label === carriedName(active, cluster) ? active.name : label;
}
