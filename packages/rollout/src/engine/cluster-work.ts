import { causeOf, refusalFinding } from "../cluster/failure.ts";
import { openSession } from "../cluster/session.ts";
import { ClusterError, LeaseLost } from "../ports.ts";
import { type ClusterFacts, noFacts, type Step } from "../state/facts.ts";
import type { LiveCluster } from "../state/view/cluster-view.ts";
import type { DeafProxies } from "./deaf-proxies.ts";
import { type StepOptions, takeSteps } from "./take-steps.ts";
import { watchNamespace } from "./watch-namespace.ts";

/** What one engine does and learns in one cluster, for one decision of one rollout. */
export interface ClusterWork {
  readonly facts: () => ClusterFacts;
  readonly live: () => LiveCluster;
  /** Begins the step unless something is under way. Where requests go is told beside everything else. */
  perform(step: Step): void;
  /** Begins to follow the namespace unless it does. */
  watch(): void;
  /** Judges the newest observation as of now. */
  judge(): void;
  /** Ends everything that is under way, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Steps that need no answer of the cluster, which may be silent, or at work. */
const asideOf: ReadonlySet<Step> = new Set<Step>(["drain", "undrain"]);

export function startWork(
  options: Omit<StepOptions, "session" | "expect" | "follow" | "isReady" | "tell" | "hearIn"> & {
    readonly proxies: DeafProxies;
    readonly log: (message: string) => void;
    /** Under which this rollout has written there before; 0: it has not. */
    readonly epoch: number;
    /** Called when the facts have changed. */
    readonly changed: () => void;
  },
): ClusterWork {
  const { cluster, plan, tenure, clock, limits, proxies, log, changed } = options;
  const { service, environment, namespace } = plan;
  const own = plan.clusters[cluster.name];
  const cancel = new AbortController();
  const signal = AbortSignal.any([options.signal, cancel.signal]);
  const jobs = plan.migration?.cluster === cluster.name ? [plan.migration.job] : [];
  const written = [...(own?.desired ?? []), ...(own?.former ?? []), ...jobs];
  const kinds = written.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  // Where the service leaves nothing was written.
  const epoch = plan.target === undefined || own?.leaving === true ? 0 : options.epoch;
  const session = openSession({
    ...{ cluster, tenure, clock, kinds, log, epoch },
    identity: { service, environment, namespace },
    deletion: limits.deletion,
    repairs: plan.repairs,
  });

  let facts: ClusterFacts = noFacts;
  let running: Promise<void> | undefined;
  let aside: Promise<void> | undefined;

  const answered = (): void => {
    const { unreachable: _, ...rest } = facts;
    facts = rest;
  };
  const silent = (message: string): void => {
    facts = { ...facts, unreachable: { since: facts.unreachable?.since ?? clock.now(), message } };
  };
  const tell = (known: Partial<ClusterFacts>): void => {
    facts = { ...facts, ...known };
    changed();
  };
  const done = (step: Step, known: Partial<ClusterFacts>): void => {
    if (asideOf.has(step)) {
      // Each takes the other back.
      const others = [...facts.performed].filter((one) => !asideOf.has(one));
      facts = { ...facts, performed: new Set([...others, step]) };
      return;
    }
    const { unreachable: _, failure: __, retryAt: ___, ...rest } = facts;
    facts = { ...rest, ...known, performed: new Set([...facts.performed, step]) };
  };

  const watch = watchNamespace({
    ...{ cluster, namespace, clock, signal, silent, changed },
    pause: limits.tick,
    seen: answered,
  });
  const take = takeSteps({
    ...{ ...options, session, signal, tell },
    expect: watch.expect,
    follow: watch.follow,
    isReady: () => facts.progress?.state === "ready",
    hearIn: () => proxies.hearIn(cluster.name),
  });

  const attempt = async (step: Step): Promise<void> => {
    try {
      done(step, await take(step));
    } catch (error) {
      if (signal.aborted || error instanceof LeaseLost) return;
      if (asideOf.has(step)) {
        log(`${step} of ${service} in ${cluster.name}: ${String(error)}`);
        // Before it is asked for again.
        await clock.sleep(limits.tick, signal).catch(() => undefined);
        return;
      }
      facts = { ...facts, retryAt: clock.now() + (step === "converge" ? limits.converge : limits.tick) };
      if (error instanceof ClusterError && error.code === "unreachable") return silent(error.message);
      answered();
      facts = { ...facts, failure: causeOf(error, cluster.name, session.last()) };
      if (step === "prepare") done(step, { findings: [refusalFinding(cluster.name, error, session.last())] });
      if (!(error instanceof ClusterError)) log(`${step} of ${service} in ${cluster.name}: ${String(error)}`);
    }
  };

  return {
    facts: () => facts,
    live: () => {
      const observation = watch.observation();
      const { progress, shift, unreachable, migration } = facts;
      return {
        ...(observation === undefined ? {} : { observation }),
        ...(progress === undefined ? {} : { progress }),
        ...(shift === undefined ? {} : { shift }),
        ...(migration?.log === undefined ? {} : { migrationLog: migration.log }),
        reachable: unreachable === undefined,
      };
    },
    perform(step) {
      if (signal.aborted) return;
      if (asideOf.has(step)) {
        aside ??= attempt(step).finally(() => {
          aside = undefined;
          changed();
        });
        return;
      }
      running ??= attempt(step).finally(() => {
        running = undefined;
        changed();
      });
    },
    watch: watch.follow,
    judge() {
      const progress = watch.judge();
      if (progress === undefined) return;
      const before = facts.progress;
      // A replica that is lost later has the whole time again to come back.
      const grown = before === undefined || progress.ready > before.ready || before.state === "ready";
      facts = { ...facts, progress, ...(grown ? { progressedAt: clock.now() } : {}) };
    },
    async stop() {
      cancel.abort(new Error("no longer wanted"));
      await Promise.allSettled([running, aside, watch.ended()]);
    },
  };
}
