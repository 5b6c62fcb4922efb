import { isConfigMap, type KubernetesObject, keyOf, refOf } from "@fairway/objects";
import { askFewAtOnce } from "../cluster/ask-few-at-once.ts";
import type { ClusterPlan } from "../plan/plan.ts";
import type { Cluster } from "../ports.ts";
import type { Tried } from "./try-desired.ts";

/** What a new object that is named by its content takes the place of, by the key of the new one. */
export async function predecessorsOf(
  cluster: Cluster,
  tried: readonly Tried[],
  own: ClusterPlan,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const wanted = new Set(own.desired.map((object) => keyOf(object)));
  const former = own.former.filter((object) => isConfigMap(object) && !wanted.has(keyOf(object)));
  const pairs = await askFewAtOnce(
    tried.filter(({ object, live }) => live === undefined && isConfigMap(object)),
    async ({ object }): Promise<readonly (readonly [string, KubernetesObject])[]> => {
      const same = former.find((one) => stem(one) !== undefined && stem(one) === stem(object));
      const live = same === undefined ? undefined : await cluster.get(refOf(same), signal);
      return live === undefined ? [] : [[keyOf(object), live]];
    },
  );
  return new Map(pairs.flat());
}

/** `user` of `user-0a1b2c3d4e`: the name without the hash of the content. */
function stem({ metadata }: KubernetesObject): string | undefined {
  return /^(.+)-[0-9a-f]{10}$/.exec(metadata.name)?.[1];
}
