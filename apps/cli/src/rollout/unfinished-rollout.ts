import type { RolloutSummary } from "@fairway/api";
import { CommandFailure } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import { type Environment, environmentOf } from "../connection/environment.ts";

export interface UnfinishedRollout {
  readonly rollout: Pick<RolloutSummary, "number" | "service" | "kind">;
  readonly environment: Environment;
  /** Others of the service that wait for their turn behind it. */
  readonly waiting: readonly number[];
}

/**
 * What a command is about: the rollout of that number, or the one of a service that is under way; of several the first, on
 * which the others wait. Fails where nothing is.
 */
export async function unfinishedRollout(
  connected: Connected,
  which: string,
  wanted: string | undefined,
): Promise<UnfinishedRollout> {
  const { client } = connected;
  if (/^\d+$/.test(which)) {
    const rollout = await client.getRollout({ params: { number: Number(which) } });
    return { rollout, environment: await environmentOf(connected, rollout.environment), waiting: [] };
  }
  const environment = await environmentOf(connected, wanted);
  const query = { environment: environment.name, service: which, limit: 100 };
  const { items } = await client.listRollouts({ query });
  const [rollout, ...waiting] = items.filter(isUnderWay).toReversed();
  if (rollout !== undefined) return { rollout, environment, waiting: waiting.map(({ number }) => number) };
  // A name that nothing has is a mistake of its own.
  if (items.length === 0) {
    await client.getService({ params: { service: which }, query: { environment: environment.name } });
  }
  throw new CommandFailure("no-rollout", `Nothing of ${which} is being rolled out in ${environment.name}.`, {
    advice: `see what was: fairway rollouts ${which}${environment.flag}; to go back to an earlier release: fairway rollback ${which}${environment.flag}`,
  });
}

export function isUnderWay({ status }: Pick<RolloutSummary, "status">): boolean {
  return status === "queued" || status === "running" || status === "restoring";
}
