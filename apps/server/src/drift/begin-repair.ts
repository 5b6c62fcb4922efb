import type { RolloutIndex } from "@fairway/catalog";
import type { Engine } from "@fairway/rollout";
import { notFound } from "../http/refusal.ts";
import { refuseWhileActive, sameRollout } from "../rollouts/rollout-refusals.ts";
import type { DriftFinder } from "./drift-finder.ts";

/**
 * Asks for a repair: a rollout of the active release over what is there. Gives its number; the same key gives the same one. Throws
 * a `Refusal` where another rollout is under way, or nothing is active. Not for two at a time.
 */
export async function beginRepair(
  parts: {
    readonly index: Pick<RolloutIndex, "byKey" | "list">;
    readonly finder: Pick<DriftFinder, "active">;
    readonly engine: Pick<Engine, "submit">;
  },
  of: { readonly environment: string; readonly service: string; readonly actor: string; readonly key: string },
): Promise<number> {
  const { index, finder, engine } = parts;
  const { environment, service, actor, key } = of;
  const known = await index.byKey(key);
  if (known !== undefined) return sameRollout(known, { environment, service, kind: "repair" });
  await refuseWhileActive(index, { environment, service });
  const active = await finder.active(environment, service);
  if (active === undefined) throw notFound(`${service} has no active release in ${environment}`);
  const asked = { environment, service, from: active, to: active, kind: "repair", actor } as const;
  return (await engine.submit({ ...asked, strategy: "rolling" }, key)).number;
}
