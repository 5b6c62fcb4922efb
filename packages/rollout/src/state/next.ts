import { type Cause, causeHeadline, unreachableCause } from "@fairway/diagnosis";
import type { Limits } from "../limits.ts";
import type { Plan } from "../plan/plan.ts";
import type { Outcome } from "../ports.ts";
import { type ClusterFacts, type Facts, noFacts, type Step } from "./facts.ts";
import type { Phase, RolloutEvent } from "./rollout-event.ts";
import type { RolloutState } from "./rollout-state.ts";

export type Action =
  /** Write this entry; nothing else is decided before it is there. */
  | { readonly type: "append"; readonly event: RolloutEvent }
  | { readonly type: "end"; readonly event: RolloutEvent; readonly outcome: Outcome }
  | { readonly type: "close"; readonly event: RolloutEvent }
  /** Do this in this cluster unless it is under way. */
  | { readonly type: "perform"; readonly cluster: string; readonly step: Step }
  /** Keep observing the workloads of the release that was applied last. */
  | { readonly type: "watch"; readonly cluster: string };

export interface Situation {
  readonly state: RolloutState;
  readonly plan: Plan;
  readonly facts: Facts;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly limits: Limits;
}

/**
 * What to do now. Pure. At most one journal entry is asked for at a time, and then nothing else: whatever follows from
 * it is decided when it is written. Everything asked for may be asked for again.
 */
export function next(situation: Situation): readonly Action[] {
  const { state } = situation;
  if (state.closed) return [];
  if (state.end !== undefined) return converge(situation);
  if (state.decision === "restore") return restore(situation);
  return advance(situation);
}

function advance(situation: Situation): readonly Action[] {
  const { state, plan } = situation;
  if (state.phase === undefined) return append({ type: "phase", phase: "prepare" });
  const phase = state.phase;
  const open = openClusters(situation, phase);
  if (open.length === 0) {
    const following = plan.phases[plan.phases.indexOf(phase) + 1];
    if (following === "balancing") return append({ type: "committed" });
    return following === undefined ? end(situation, "succeeded") : append({ type: "phase", phase: following });
  }
  if (phase === "prepare") return prepare(situation, open);
  if (phase === "cleanup") return cleanup(situation, open);
  return forward(situation, phase, open);
}

/** Clusters that have neither passed the phase nor were left behind. */
function openClusters({ state, plan }: Situation, phase: Phase): readonly string[] {
  return plan.waves.flat().filter((name) => {
    const cluster = state.clusters[name];
    return cluster?.phases[phase]?.status !== "done" && cluster?.behind === undefined;
  });
}

/** All clusters report before anything is said, so that a person sees every finding at once. */
function prepare(situation: Situation, open: readonly string[]): readonly Action[] {
  const { facts } = situation;
  const missing = open.filter((name) => facts[name]?.findings === undefined);
  if (missing.length > 0) return missing.map((cluster) => ({ type: "perform", cluster, step: "prepare" }));
  const findings = open.flatMap((name) => facts[name]?.findings ?? []);
  const first = findings.find(({ severity }) => severity === undefined);
  if (first === undefined) {
    const warnings = findings.length === 0 ? {} : { warnings: findings };
    return append({ type: "done", phase: "prepare", clusters: details(open, () => ""), ...warnings });
  }
  const reason = `${first.message} (${first.code} in ${first.cluster})`;
  return [
    {
      type: "end",
      event: { type: "ended", status: "refused", reason, findings, converging: [] },
      outcome: { status: "refused", active: situation.plan.from, reason, converging: [] },
    },
  ];
}

/** init and app: every open cluster gets there, or the whole rollout turns back. */
function forward(situation: Situation, phase: Phase, open: readonly string[]): readonly Action[] {
  const { facts } = situation;
  const failures = open.flatMap((name) => {
    const causes = failureOf(situation, name, phase);
    return causes === undefined ? [] : [{ name, causes }];
  });
  if (failures.length > 0) return abort(phase, failures, phase === "app" ? reachedOf(facts, open) : {});
  const arrived = open.filter((name) => hasPassed(facts[name] ?? noFacts, phase));
  if (arrived.length > 0) {
    const detail = (name: string): string => (phase === "app" ? (facts[name]?.progress?.detail ?? "") : "");
    return append({ type: "done", phase, clusters: details(arrived, detail) });
  }
  const suspect = suspectOf(situation, open);
  if (suspect !== undefined) return append(suspect);
  return open.flatMap((cluster): readonly Action[] => {
    const step: Step = phase === "app" ? "app" : "init";
    const known = facts[cluster] ?? noFacts;
    if (!known.performed.has(step)) return perform(situation, cluster, step);
    return [{ type: "watch", cluster }];
  });
}

function hasPassed(known: ClusterFacts, phase: Phase): boolean {
  if (phase === "app") return known.performed.has("app") && known.progress?.state === "ready";
  return known.performed.has("init");
}

/** Why this cluster cannot get through the phase; undefined while it may. */
function failureOf(situation: Situation, name: string, phase: Phase): readonly Cause[] | undefined {
  const { facts, limits, now, state } = situation;
  const known = facts[name] ?? noFacts;
  if (known.failure !== undefined) return [known.failure];
  if (known.unreachable !== undefined) {
    const { since, message } = known.unreachable;
    if (now - since <= limits.unreachable) return undefined;
    return [{ ...unreachableCause({ cluster: name, since, now, message }), severity: "fatal" }];
  }
  if (phase !== "app" || known.progress === undefined || known.progress.state === "ready") return undefined;
  const { progress } = known;
  if (progress.state === "doomed") return progress.causes;
  const since = known.progressedAt ?? state.since;
  const patience = known.progressDeadline ?? limits.progress;
  if (now - since <= patience) return undefined;
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

function abort(
  phase: Phase,
  failures: readonly { readonly name: string; readonly causes: readonly Cause[] }[],
  reached: Readonly<Record<string, string>>,
): readonly Action[] {
  const causes = failures.flatMap((failure) => failure.causes);
  const reason = causeHeadline(causes) ?? `failed in ${phase}`;
  const failed = Object.fromEntries(failures.map(({ name, causes: [cause] }) => [name, cause?.summary ?? "failed"]));
  return append({ type: "abort", phase, failed, reached, causes, reason });
}

function reachedOf(facts: Facts, open: readonly string[]): Readonly<Record<string, string>> {
  const counts = open.flatMap((name) => {
    const progress = facts[name]?.progress;
    return progress === undefined ? [] : [[name, `${progress.ready}/${progress.desired}`] as const];
  });
  return Object.fromEntries(counts);
}

function suspectOf(situation: Situation, open: readonly string[]): RolloutEvent | undefined {
  const { state, facts, now, limits } = situation;
  for (const name of open) {
    const known = facts[name] ?? noFacts;
    const cluster = state.clusters[name];
    const shown = cluster?.restore ?? (state.phase ? cluster?.phases[state.phase] : undefined);
    const { unreachable, progress } = known;
    if (cluster === undefined || shown === undefined || (unreachable === undefined && progress === undefined)) continue;
    if (now - Math.max(cluster.suspectAt ?? 0, state.since) < limits.suspect) continue;
    const cause = unreachable ? unreachableCause({ cluster: name, now, ...unreachable }) : progress?.causes[0];
    const detail = unreachable ? `cannot be reached: ${unreachable.message}` : (progress?.detail ?? "");
    if (shown.detail === detail && cluster.suspect?.code === cause?.code) continue;
    return { type: "suspect", cluster: name, detail, ...(cause ? { cause } : {}) };
  }
  return undefined;
}

function cleanup(situation: Situation, open: readonly string[]): readonly Action[] {
  const { facts, plan, state, limits, now } = situation;
  const step: Step = plan.target === undefined ? "remove" : "prune";
  const clean = open.filter((name) => facts[name]?.performed.has(step));
  if (clean.length > 0) return append({ type: "done", phase: "cleanup", clusters: details(clean, () => "") });
  for (const cluster of open) {
    const reason = hindrance(facts[cluster] ?? noFacts);
    if (reason !== undefined && now - state.since > limits.giveUp) {
      return append({ type: "behind", cluster, reason, drained: false });
    }
  }
  return open.flatMap((cluster) => perform(situation, cluster, step));
}

/** Every cluster goes back to the former release; one that cannot now is drained and left for later. */
function restore(situation: Situation): readonly Action[] {
  const { state, plan, facts, now, limits } = situation;
  const open = plan.waves.flat().filter((name) => {
    const cluster = state.clusters[name];
    return cluster?.restore?.status === "running" && cluster.behind === undefined;
  });
  if (open.length === 0) return end(situation, "failed");
  const late = now - state.since > limits.restored;
  for (const cluster of open) {
    const known = facts[cluster] ?? noFacts;
    const reason = hindrance(known);
    if (known.performed.has("restore")) {
      const { progress } = known;
      if (!waits(situation, cluster) || progress?.state === "ready") {
        return append({ type: "restored", cluster, healthy: true, detail: progress?.detail ?? "" });
      }
      if (late && reason === undefined) {
        return append({ type: "restored", cluster, healthy: false, detail: progress?.detail ?? "not healthy yet" });
      }
    }
    if (reason !== undefined && now - state.since > limits.giveUp) {
      if (!known.performed.has("drain")) return perform(situation, cluster, "drain", false);
      return append({ type: "behind", cluster, reason, drained: true });
    }
  }
  const suspect = suspectOf(situation, open);
  if (suspect !== undefined) return append(suspect);
  return open.flatMap((cluster): readonly Action[] =>
    facts[cluster]?.performed.has("restore") ? [{ type: "watch", cluster }] : perform(situation, cluster, "restore"),
  );
}

/** Where there was nothing before, there is nothing to wait for after. */
function waits({ plan }: Situation, cluster: string): boolean {
  return (plan.clusters[cluster]?.former.length ?? 0) > 0;
}

function hindrance(known: ClusterFacts): string | undefined {
  if (known.unreachable !== undefined) return `cannot be reached: ${known.unreachable.message}`;
  return known.failure?.message ?? known.failure?.summary;
}

function end(situation: Situation, status: "succeeded" | "failed"): readonly Action[] {
  const { plan, state } = situation;
  const converging = plan.waves.flat().filter((name) => state.clusters[name]?.behind !== undefined);
  const reason = status === "failed" ? (state.abort?.reason ?? "failed") : undefined;
  const active = status === "failed" ? plan.from : plan.target;
  return [
    {
      type: "end",
      event: { type: "ended", status, ...(reason === undefined ? {} : { reason }), findings: [], converging },
      outcome: { status, active, reason, converging },
    },
  ];
}

/** After the end: clusters that were left behind are brought to whatever is active by then. */
function converge(situation: Situation): readonly Action[] {
  const { state, facts } = situation;
  const open = (state.end?.converging ?? []).filter((name) => state.clusters[name]?.behind !== undefined);
  if (open.length === 0) return [{ type: "close", event: { type: "closed" } }];
  return open.flatMap((cluster): readonly Action[] => {
    const known = facts[cluster] ?? noFacts;
    if (!known.performed.has("converge")) return perform(situation, cluster, "converge");
    // Traffic comes back only to a release that serves; there may be none to wait for.
    if (known.progress !== undefined && known.progress.state !== "ready") return [{ type: "watch", cluster }];
    if (!known.performed.has("undrain")) return perform(situation, cluster, "undrain", false);
    return append({ type: "converged", cluster });
  });
}

function perform({ facts, now }: Situation, cluster: string, step: Step, paced = true): readonly Action[] {
  if (paced && (facts[cluster]?.retryAt ?? 0) > now) return [];
  return [{ type: "perform", cluster, step }];
}

function append(event: RolloutEvent): readonly Action[] {
  return [{ type: "append", event }];
}

function details(names: readonly string[], detail: (name: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, detail(name)]));
}
