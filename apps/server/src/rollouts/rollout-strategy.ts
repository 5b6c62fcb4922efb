import type { ReleaseRecord } from "@fairway/catalog";
import { carriedName, type Strategy } from "@fairway/rollout";
import { z } from "zod";
import { deploySettings } from "./deploy-settings.ts";

/**
 * By which way a release takes over from what runs: its own. Where nothing differs between the two, or the new one runs
 * nothing, there is nothing to put beside; and who goes back does so at once, whatever steps led there.
 */
export function rolloutStrategy(
  release: ReleaseRecord,
  running: ReleaseRecord | undefined,
  kind: "deploy" | "rollback",
): Strategy {
  const strategy = deploySettings(release.inputs)?.strategy ?? "rolling";
  if (strategy === "rolling" || isStopped(release) || (running !== undefined && hasSameObjects(release, running)))
    return "rolling";
  return kind === "rollback" ? "blue-green" : strategy;
}

const stored = z.object({ spec: z.object({ replicas: z.literal(0) }) });

/** No replicas at all are an order to stop. */
function isStopped({ inputs }: ReleaseRecord): boolean {
  return stored.safeParse(inputs).success;
}

function hasSameObjects(one: ReleaseRecord, other: ReleaseRecord): boolean {
  const clusters = Object.keys(one.objects);
  return (
    clusters.length === Object.keys(other.objects).length &&
    clusters.every(
      (cluster) => Object.hasOwn(other.objects, cluster) && carriedName(one, cluster) === carriedName(other, cluster),
    )
  );
}
