import { type Cause, causeHeadline, unreachableCause } from "@fairway/diagnosis";
import type { Phase } from "../rollout-event.ts";
import { type Action, append, factsOf, type Situation } from "./situation.ts";

export interface Failure {
  readonly name: string;
  readonly causes: readonly Cause[];
}

/** The decision to turn back, when one of these clusters cannot get through the phase. */
export function failed(situation: Situation, phase: Phase, names: readonly string[]): readonly Action[] | undefined {
  const failures = names.flatMap((name): readonly Failure[] => {
    const causes = failureOf(situation, name, phase);
    return causes === undefined ? [] : [{ name, causes }];
  });
  return failures.length === 0 ? undefined : abort(situation, phase, failures);
}

/** Why this cluster cannot get through the phase; undefined while it may. */
function failureOf(situation: Situation, name: string, phase: Phase): readonly Cause[] | undefined {
  const { limits, now, state } = situation;
  const known = factsOf(situation, name);
  // It is about to be left behind, whatever it does.
  if (state.clusters[name]?.lost !== undefined) return undefined;
  if (known.failure !== undefined) return [known.failure];
  if (known.migration?.status === "failed" && phase === "db") return known.migration.causes;
  // Somebody who holds a rollout is given time; what is broken stays broken.
  const isPaused = state.paused !== undefined;
  const { resumedAt = 0 } = state;
  if (known.unreachable !== undefined) {
    const { since, message } = known.unreachable;
    if (isPaused || now - Math.max(since, resumedAt) <= limits.unreachable) return undefined;
    return [{ ...unreachableCause({ cluster: name, since, now, message }), severity: "fatal" }];
  }
  const isServing = phase === "app" || phase === "balancing";
  if (!isServing || known.progress === undefined || known.progress.state === "ready") return undefined;
  const { progress } = known;
  if (progress.state === "doomed") return progress.causes;
  const since = Math.max(known.progressedAt ?? 0, state.since, resumedAt);
  const patience = known.progressDeadline ?? limits.progress;
  if (isPaused || now - since <= patience) return undefined;
  const telling = progress.causes.filter((cause) => cause.severity !== "transient");
  if (telling.length > 0) return telling;
  return progress.causes.length > 0 ? progress.causes : [deadline(name, progress.detail, patience)];
}

function deadline(cluster: string, detail: string, patience: number): Cause {
  return {
    code: "DeadlineExceeded",
    severity: "fatal",
    summary: `the new release made no progress for ${Math.round(patience / 1000)} s`,
    cluster,
    object: `Cluster/${cluster}`,
    count: 1,
    message: detail,
    advice: "look at the events and the log of its pods",
  };
}

export function abort(situation: Situation, phase: Phase, failures: readonly Failure[]): readonly Action[] {
  const causes = failures.flatMap((failure) => failure.causes);
  const reason = causeHeadline(causes) ?? `failed in ${phase}`;
  const names = Object.fromEntries(failures.map(({ name, causes: [cause] }) => [name, cause?.summary ?? "failed"]));
  const reached = phase === "app" ? reachedOf(situation) : {};
  return append({ type: "abort", phase, failed: names, reached, causes, reason });
}

/** How far the clusters were that are not through. */
export function reachedOf({ facts, state }: Situation): Readonly<Record<string, string>> {
  const counts = Object.entries(facts).flatMap(([name, { progress }]) =>
    progress === undefined || state.clusters[name]?.phases.app?.status !== "running"
      ? []
      : [[name, `${progress.ready}/${progress.desired}`] as const],
  );
  return Object.fromEntries(counts);
}
