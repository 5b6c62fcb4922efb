import type { Step } from "../facts.ts";
import type { RolloutEvent } from "../rollout-event.ts";
import { failed } from "./failures.ts";
import { type Action, append, details, factsOf, perform, type Situation } from "./situation.ts";
import { suspectOf } from "./suspects.ts";

type Forward = "init" | "db" | "app";

const steps: Readonly<Record<Forward, Step>> = { init: "init", db: "migrate", app: "app" };

/** init, db and app: every open cluster gets there, or the whole rollout turns back. */
export function forward(situation: Situation, phase: Forward, open: readonly string[]): readonly Action[] {
  const migration = phase === "db" ? migrationEntry(situation) : undefined;
  if (migration !== undefined) return append(migration);
  const turned = failed(situation, phase, open);
  if (turned !== undefined) return turned;
  const arrived = open.filter((name) => hasPassed(situation, name, phase));
  if (arrived.length > 0) {
    const detail = (name: string): string => (phase === "app" ? (factsOf(situation, name).progress?.detail ?? "") : "");
    return append({ type: "done", phase, clusters: details(arrived, detail) });
  }
  const suspect = suspectOf(situation, open);
  if (suspect !== undefined) return append(suspect);
  return open.flatMap((cluster): readonly Action[] => {
    const step = steps[phase];
    if (!factsOf(situation, cluster).performed.has(step)) return perform(situation, cluster, step);
    return [{ type: "watch", cluster }];
  });
}

function hasPassed(situation: Situation, name: string, phase: Forward): boolean {
  const known = factsOf(situation, name);
  if (phase === "app") return known.performed.has("app") && known.progress?.state === "ready";
  // Once it is written that it succeeded, the Job may go.
  if (phase === "db") return situation.state.migration?.status === "succeeded";
  return known.performed.has("init");
}

/** The Job's uid is written when it is known, and how it ended: by these an engine that takes over knows what has been run. */
function migrationEntry({ state, plan, facts }: Situation): RolloutEvent | undefined {
  const { migration } = plan;
  const known = migration === undefined ? undefined : facts[migration.cluster]?.migration;
  if (migration === undefined || known === undefined || known.uid === undefined) return undefined;
  if (known.status === state.migration?.status || state.migration?.status === "succeeded") return undefined;
  const { uid, status } = known;
  return { type: "migration", status, cluster: migration.cluster, job: migration.job.metadata.name, uid };
}
