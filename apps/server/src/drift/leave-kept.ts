import type { KeptFields } from "@fairway/catalog";
import { describeRef, type KubernetesObject, refOf } from "@fairway/objects";
import { type Releases, type StoredRelease, withKeptFields } from "@fairway/rollout";

/** The stored releases, whose objects say which of their fields people have left to others. */
export function leaveKept(releases: Releases, keptFields: Pick<KeptFields, "list">): Releases {
  return {
    ...releases,
    async get(name) {
      const release = await releases.get(name);
      return release === undefined ? undefined : withKept(release, keptFields);
    },
  };
}

export async function withKept<Of extends Pick<StoredRelease, "service" | "environment" | "objects">>(
  release: Of,
  keptFields: Pick<KeptFields, "list">,
): Promise<Of> {
  const kept = await keptFields.list(release.environment, release.service);
  if (kept.length === 0) return release;
  const fieldsOf = (object: KubernetesObject): readonly string[] =>
    kept.filter((one) => one.object === describeRef(refOf(object))).map(({ field }) => field);
  const objects = Object.entries(release.objects).map(
    ([cluster, all]) => [cluster, all.map((object) => withKeptFields(object, fieldsOf(object)))] as const,
  );
  return { ...release, objects: Object.fromEntries(objects) };
}
