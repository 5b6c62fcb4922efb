import type { Delivery } from "@fairway/catalog";
import { type Journal, type RolloutEvent, view } from "@fairway/rollout";

/**
 * What a webhook is told: the rollout as it was at that moment, whenever it is sent. The same bytes for each try.
 *
 * @param publicUrl where people open the dashboard, if that is known
 */
export async function rolloutMessage(
  { event, rollout, sequence }: Pick<Delivery, "event" | "rollout" | "sequence">,
  journal: Pick<Journal<RolloutEvent>, "header" | "read">,
  publicUrl: URL | undefined,
): Promise<string | undefined> {
  const header = await journal.header(rollout);
  if (header === undefined) return undefined;
  const entries = (await journal.read(rollout)).filter((entry) => entry.sequence <= sequence);
  const seen = view(header, entries);
  const { number, service, environment, kind, strategy, actor, createdAt, endedAt, from, to, reason } = seen;
  return JSON.stringify({
    type: `rollout.${event}`,
    timestamp: entries.at(-1)?.at ?? createdAt,
    data: {
      ...{ number, service, environment, kind, strategy, actor, from, to, createdAt, endedAt, reason },
      clusters: seen.clusters.map(({ name }) => name),
      causes: seen.causes.map(({ code, summary, cluster, object, advice }) => ({
        code,
        summary,
        cluster,
        object,
        advice,
      })),
      findings: seen.findings.map(({ code, message, cluster, advice }) => ({ code, message, cluster, advice })),
      url: publicUrl === undefined ? undefined : new URL(`/rollouts/${number}`, publicUrl).href,
    },
  });
}
