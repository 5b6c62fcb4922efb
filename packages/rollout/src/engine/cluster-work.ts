import { type ContainerLog, wantedLogLines } from "@fairway/diagnosis";
import { releaseLabel, slotLabel } from "@fairway/manifests";
import { isNetworkPolicy, isPod, type KubernetesObject, type Pod, type Secret } from "@fairway/objects";
import { endBackOff } from "../cluster/end-back-off.ts";
import { causeOf, refusalFinding } from "../cluster/failure.ts";
import { ownLabels } from "../cluster/ownership.ts";
import { type Expectation, expect, isReplica, judge, logsWanted } from "../cluster/progress.ts";
import { runMigration } from "../cluster/run-migration.ts";
import { type ApplyManner, keyOf, openSession, type Session, type Tenure } from "../cluster/session.ts";
import { shareOut } from "../cluster/share-out.ts";
import type { Limits } from "../limits.ts";
import type { ClusterPlan, Plan } from "../plan/plan.ts";
import {
  type Clock,
  type Cluster,
  ClusterError,
  type Images,
  LeaseLost,
  type NamespaceSecrets,
  type Observation,
  type Slot,
  type Traffic,
} from "../ports.ts";
import { prepareCluster } from "../prepare/prepare.ts";
import { type ClusterFacts, noFacts, type Step } from "../state/facts.ts";
import type { LiveCluster } from "../state/view/cluster-view.ts";
import { routers } from "../traffic/routers.ts";
import { sized } from "../traffic/sized.ts";

/** What one engine does and learns in one cluster, for one decision of one rollout. */
export interface ClusterWork {
  readonly facts: () => ClusterFacts;
  readonly live: () => LiveCluster;
  /** Begins the step unless something is under way. */
  perform(step: Step): void;
  /** Begins to follow the namespace unless it does. */
  watch(): void;
  /** Judges the newest observation as of now. */
  judge(): void;
  /** Ends everything that is under way, and waits until it has ended. */
  stop(): Promise<void>;
}

/** How long a cause waits for its log lines, in milliseconds. */
const logPatience = 3_000;

/** Kinds that change other objects of the release, and so go before those are written. */
const autoscalers = new Set(["HorizontalPodAutoscaler"]);

function isRunning({ status }: Pod): boolean {
  return status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

export function startWork(options: {
  readonly cluster: Cluster;
  readonly plan: Plan;
  readonly tenure: Tenure;
  readonly traffic: Traffic;
  readonly secrets: NamespaceSecrets;
  readonly images: Images;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Ends when the lease is lost or the engine stops. */
  readonly signal: AbortSignal;
  readonly log: (message: string) => void;
  /** Called when the facts have changed. */
  readonly changed: () => void;
  /** The uid of the migration Job, once it is in the journal. */
  readonly migrated: () => string | undefined;
}): ClusterWork {
  const { cluster, plan, tenure, traffic, clock, limits, log } = options;
  const { service, environment, namespace } = plan;
  const own: ClusterPlan | undefined = plan.clusters[cluster.name];
  const cancel = new AbortController();
  const signal = AbortSignal.any([options.signal, cancel.signal]);
  const kinds = [...(own?.desired ?? []), ...(own?.former ?? [])].map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  const identity = { service, environment, namespace };
  const session: Session = openSession({
    cluster,
    identity,
    tenure,
    clock,
    kinds,
    deletion: limits.deletion,
    log,
    repairs: plan.repairs,
  });
  const fields = plan.repairs ? "repair" : "refuse";

  const secrets = (): Promise<readonly Secret[]> =>
    options.secrets.secretsFor({ environment, cluster: cluster.name, service, namespace });
  /** What a release keeps, and the secrets that are needed now. */
  const withSecrets = async (keep: ReadonlySet<string>): Promise<ReadonlySet<string>> =>
    new Set([...keep, ...(await secrets()).map(keyOf)]);

  let facts: ClusterFacts = noFacts;
  let running: Promise<void> | undefined;
  let watching: Promise<void> | undefined;
  let expectation: Expectation | undefined;
  let observation: Observation | undefined;
  let logs: readonly ContainerLog[] = [];
  let logsOf = "";
  let fetching: Promise<void> | undefined;

  const answered = (): void => {
    const { unreachable: _, ...rest } = facts;
    facts = rest;
  };

  const silent = (message: string): void => {
    facts = { ...facts, unreachable: { since: facts.unreachable?.since ?? clock.now(), message } };
  };

  const done = (step: Step, more: Partial<ClusterFacts> = {}): void => {
    const { unreachable: _, failure: __, retryAt: ___, ...rest } = facts;
    facts = { ...rest, ...more, performed: new Set([...facts.performed, step]) };
  };

  const expectRelease = async (
    objects: readonly KubernetesObject[],
    { release, slot, who }: { readonly release: string; readonly slot: Slot; readonly who: string },
    keep: ReadonlySet<string>,
    how: ApplyManner = {},
  ): Promise<Partial<ClusterFacts>> => {
    // One that the release has not would go on setting replicas.
    await session.prune(keep, signal, autoscalers);
    const stored = await session.apply(objects, signal, how);
    expectation = expect(stored, { service, namespace, release, slot, who, appliedAt: clock.now() });
    const { progressDeadline } = expectation;
    const first = judgeFirst(expectation);
    return { progressedAt: clock.now(), ...first, ...(progressDeadline === undefined ? {} : { progressDeadline }) };
  };

  /** Pods of other releases may still answer their last requests; they are waited for as long as a deletion may take. */
  const formerPodsGone = async (): Promise<void> => {
    const end = clock.now() + limits.deletion;
    const of = { apiVersion: "v1", kind: "Pod", namespace, labels: ownLabels(identity) };
    while (clock.now() < end) {
      const pods = await cluster.list(of, signal);
      const others = pods.filter(
        ({ metadata: { labels } }) =>
          labels?.[releaseLabel] !== own?.carries.desired || labels?.[slotLabel] !== plan.target?.slot,
      );
      // A removal leaves nothing; else what is in no slot, as a cron's run, lives on.
      const counts = plan.target === undefined ? isPod : isReplica;
      if (!others.some((pod) => counts(pod) && isRunning(pod))) return;
      await clock.sleep(limits.tick, signal);
    }
  };

  /** A release without workloads is there as soon as it is applied. */
  const judgeFirst = ({ workloads }: Expectation): Partial<ClusterFacts> => {
    const desired = workloads.reduce((sum, workload) => sum + workload.replicas, 0);
    const waiting = workloads.length > 0;
    const detail = waiting ? "waiting for the cluster to take it up" : "0/0";
    return { progress: { desired, ready: 0, state: waiting ? "waiting" : "ready", detail, causes: [] } };
  };

  const run = async (step: Step): Promise<void> => {
    if (own === undefined) throw new Error(`no plan for cluster ${cluster.name}`);
    switch (step) {
      case "prepare": {
        // Credentials that cannot be had are better found before anything is changed; a removal needs none.
        const brought = plan.target === undefined ? [] : await secrets();
        const looking = {
          ...{ clock, reach: limits.reach, pause: limits.tick, images: options.images },
          secrets: brought.length > 0,
        };
        return done(step, { findings: await prepareCluster(cluster, plan, tenure, looking, signal) });
      }
      case "init":
        await session.apply([...(await secrets()), ...own.init], signal, { fields });
        return done(step);
      case "migrate":
        return done(step, { migration: await runMigration({ ...options, session, identity, signal, tell }) });
      case "app":
        return done(step, await newRelease(0));
      case "prune":
        if (own.late.length > 0) {
          if (own.late.some(isNetworkPolicy)) await formerPodsGone();
          await session.apply(own.late, signal, { fields });
        }
        // What goes now must not be asked any more.
        if (own.sides !== undefined) await shareOut({ cluster, sides: own.sides, weight: 100, clock, limits, signal });
        await session.prune(await withSecrets(own.keep), signal);
        await session.settle(signal);
        return done(step);
      case "remove":
        await session.remove(signal);
        return done(step);
      case "restore": {
        await session.fence("restore", signal);
        return done(
          step,
          await goTo(own.former, own.keepFormer, own.carries.former, plan.from?.slot, "the former release"),
        );
      }
      case "converge": {
        await session.fence("converge", signal);
        return done(
          step,
          await goTo(own.desired, own.keep, own.carries.desired, plan.target?.slot, "the active release"),
        );
      }
      case "drain":
        await traffic.drain(environment, service, cluster.name);
        return done(step);
      case "undrain":
        await traffic.restore(environment, service, cluster.name);
        return done(step);
      default:
        return done(step, await shiftTo(Number(step.slice("shift-".length)), own));
    }
  };

  const tell = (known: Partial<ClusterFacts>): void => {
    facts = { ...facts, ...known };
    options.changed();
  };

  /** The new release's workloads, as many as the step wants. */
  const newRelease = async (step: number): Promise<Partial<ClusterFacts>> => {
    if (own === undefined || plan.target === undefined) return {};
    const of = { release: own.carries.desired ?? "", slot: plan.target.slot, who: "the new release" };
    const weight = plan.steps[step]?.weight;
    const objects = own.sides === undefined || weight === undefined ? own.app : sized(own.app, own.sides, weight);
    // Until it is decided, the former release keeps its autoscalers in its own slot.
    const keep = own.sides === undefined ? own.keep : new Set([...own.keep, ...own.keepFormer]);
    if (own.carries.desired === own.carries.former) await endBackOff(cluster, identity, signal);
    return expectRelease(objects, of, keep, {
      fields,
      hold: own.hold,
      ...(own.sides === undefined ? {} : { beside: own.sides.from }),
    });
  };

  /** The step's workloads are ready before requests come to them; done when routers have taken the share. */
  const shiftTo = async (index: number, { sides }: ClusterPlan): Promise<Partial<ClusterFacts>> => {
    const weight = plan.steps[index]?.weight;
    if (sides === undefined || weight === undefined) return {};
    tell(await newRelease(index));
    const ready = (): boolean => facts.progress?.state === "ready";
    while (!ready()) await clock.sleep(limits.tick, signal);
    await session.apply(routers[sides.router].objects(sides, weight), signal);
    const shared = { cluster, sides, weight, clock, limits, signal };
    return { shift: await shareOut({ ...shared, tell: (detail) => tell({ shift: { detail } }) }) };
  };

  /** These objects and no others of this service; none: nothing of it. */
  const goTo = async (
    objects: ClusterPlan["desired"],
    keep: ReadonlySet<string>,
    release: string | undefined,
    slot: Slot | undefined,
    who: string,
  ): Promise<Partial<ClusterFacts>> => {
    if (objects.length === 0 || release === undefined || slot === undefined) {
      await session.remove(signal);
      return {};
    }
    // Prepare found every field free, so who has one now took it since. The decision stands above that: left alone,
    // the cluster would keep the release that failed, and take no traffic.
    const known = await expectRelease([...(await secrets()), ...objects], { release, slot, who }, keep, {
      fields: "take",
    });
    if (own?.sides !== undefined) await shareOut({ cluster, sides: own.sides, weight: 0, clock, limits, signal });
    await session.prune(await withSecrets(keep), signal);
    await session.settle(signal);
    return known;
  };

  const attempt = async (step: Step): Promise<void> => {
    try {
      await run(step);
    } catch (error) {
      if (signal.aborted || error instanceof LeaseLost) return;
      const retryAt = clock.now() + (step === "converge" ? limits.converge : limits.tick);
      facts = { ...facts, retryAt };
      if (error instanceof ClusterError && error.code === "unreachable") silent(error.message);
      else if (step === "drain" || step === "undrain")
        log(`${step} of ${service} in ${cluster.name}: ${String(error)}`);
      else {
        answered();
        facts = { ...facts, failure: causeOf(error, cluster.name, session.last()) };
        if (step === "prepare") done(step, { findings: [refusalFinding(cluster.name, error, session.last())] });
        if (!(error instanceof ClusterError)) log(`${step} of ${service} in ${cluster.name}: ${String(error)}`);
      }
    }
  };

  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for await (const seen of cluster.follow(namespace, signal)) {
          observation = seen;
          answered();
          options.changed();
        }
      } catch (error) {
        if (signal.aborted) return;
        silent(error instanceof Error ? error.message : String(error));
        options.changed();
      }
      await clock.sleep(limits.tick, signal).catch(() => undefined);
    }
  };

  const fetchLogs = async (of: Observation, wanted: ReturnType<typeof logsWanted>): Promise<void> => {
    const late = new AbortController();
    const limited = AbortSignal.any([signal, late.signal]);
    const over = clock.sleep(logPatience, limited).then(
      () => late.abort(),
      () => undefined,
    );
    const read = wanted.map(async ({ pod, container, previous }): Promise<readonly ContainerLog[]> => {
      const place = { namespace: of.namespace, name: pod };
      const text = await cluster
        .log(place, { container, previous, tailLines: wantedLogLines }, limited)
        .catch(() => undefined);
      return text === undefined ? [] : [{ pod, container, previous, text }];
    });
    logs = (await Promise.all(read)).flat();
    late.abort();
    await over;
  };

  return {
    facts: () => facts,
    live: () => ({
      ...(observation === undefined ? {} : { observation }),
      ...(facts.progress === undefined ? {} : { progress: facts.progress }),
      ...(facts.shift === undefined ? {} : { shift: facts.shift }),
      reachable: facts.unreachable === undefined,
    }),
    perform(step) {
      if (running !== undefined || signal.aborted) return;
      running = attempt(step).finally(() => {
        running = undefined;
        options.changed();
      });
    },
    watch() {
      watching ??= follow();
    },
    judge() {
      if (observation === undefined || expectation === undefined) return;
      const now = clock.now();
      const judged = judge(observation, expectation, logs, now);
      const telling = judged.causes.some((cause) => cause.severity !== "transient");
      const wanted = telling ? logsWanted(observation, expectation) : [];
      // Once more when it turned fatal: by then the container has said its last words.
      const key = JSON.stringify([judged.state, wanted]);
      const missing = wanted.length > 0 && key !== logsOf;
      if (missing && fetching === undefined) {
        fetching = fetchLogs(observation, wanted).finally(() => {
          logsOf = key;
          fetching = undefined;
          options.changed();
        });
      }
      const before = facts.progress;
      const progress = missing && judged.state === "doomed" ? { ...judged, state: "waiting" as const } : judged;
      // A replica that is lost later has the whole time again to come back.
      const grown = before === undefined || progress.ready > before.ready || before.state === "ready";
      facts = { ...facts, progress, ...(grown ? { progressedAt: now } : {}) };
    },
    async stop() {
      cancel.abort(new Error("no longer wanted"));
      await Promise.allSettled([running, watching, fetching]);
    },
  };
}
