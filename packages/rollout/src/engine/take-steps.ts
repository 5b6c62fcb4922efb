import { slotLabel } from "@fairway/manifests";
import {
  isDeployment,
  isNetworkPolicy,
  isService,
  type KubernetesObject,
  keyOf,
  refOf,
  type Secret,
} from "@fairway/objects";
import { endBackOff } from "../cluster/end-back-off.ts";
import { ownLabels } from "../cluster/ownership.ts";
import { type Expectation, expect } from "../cluster/progress.ts";
import { runMigration } from "../cluster/run-migration.ts";
import type { Session } from "../cluster/session.ts";
import { shareOut, untilTheyHear } from "../cluster/share-out.ts";
import type { Tenure } from "../cluster/tenure.ts";
import type { ApplyManner } from "../cluster/write-objects.ts";
import type { Limits } from "../limits.ts";
import type { ClusterPlan, Plan } from "../plan/plan.ts";
import type { Clock, Cluster, Images, NamespaceSecrets, Slot, Traffic } from "../ports.ts";
import { prepareCluster } from "../prepare/prepare.ts";
import type { ClusterFacts, Step } from "../state/facts.ts";
import { routerOf, routers } from "../traffic/routers.ts";
import { isInSlot, sized } from "../traffic/sized.ts";
import { leadsRequests, leadsToSlot } from "../traffic/slot-services.ts";
import { formerPodsGone } from "./former-pods-gone.ts";

export interface StepOptions {
  readonly cluster: Cluster;
  readonly plan: Plan;
  readonly session: Session;
  readonly tenure: Tenure;
  readonly traffic: Traffic;
  readonly secrets: NamespaceSecrets;
  readonly images: Images;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** The uid of the migration Job, once it is in the journal. */
  readonly migrated: () => string | undefined;
  /** Whether requests may have gone over to the new release there. */
  readonly shifted: () => boolean;
  /** What a fresh observation must show from now on. */
  readonly expect: (expectation: Expectation) => void;
  /** Begins to observe unless it does. */
  readonly follow: () => void;
  /** Whether an observation has shown it. */
  readonly isReady: () => boolean;
  /** For how many milliseconds the cluster's proxies may not hear of its pods. */
  readonly hearIn: () => number;
  /** What is known already, while the step goes on. */
  readonly tell: (known: Partial<ClusterFacts>) => void;
}

/** Kinds that change other objects of the release, and so go before those are written. */
const autoscalers = new Set(["HorizontalPodAutoscaler"]);

/** Between looks at what was observed, in milliseconds; they ask nobody. */
const readyPause = 100;

/**
 * What each step does in one cluster. All can be repeated from the start at any time; they resolve with what is known then, and
 * reject with whatever the cluster said.
 */
export function takeSteps(options: StepOptions): (step: Step) => Promise<Partial<ClusterFacts>> {
  const { cluster, plan, session, tenure, traffic, clock, limits, signal, hearIn, tell } = options;
  const { service, environment, namespace } = plan;
  const identity = { service, environment, namespace };
  const fields = plan.repairs ? "repair" : "refuse";

  const secrets = (): Promise<readonly Secret[]> =>
    options.secrets.secretsFor({ environment, cluster: cluster.name, service, namespace });
  /** What a release keeps, and the secrets that are needed now. */
  const withSecrets = async (keep: ReadonlySet<string>): Promise<ReadonlySet<string>> =>
    new Set([...keep, ...(await secrets()).map(keyOf)]);

  const expectRelease = async (
    objects: readonly KubernetesObject[],
    { release, slot, who }: { readonly release: string; readonly slot: Slot; readonly who: string },
    keep: ReadonlySet<string>,
    how: ApplyManner = {},
  ): Promise<Partial<ClusterFacts>> => {
    // One that the release has not would go on setting replicas.
    await session.prune(keep, signal, autoscalers);
    const stored = await session.apply(objects, signal, how);
    const expectation = expect(stored, { service, namespace, release, slot, who, appliedAt: clock.now() });
    options.expect(expectation);
    const { progressDeadline } = expectation;
    const first = firstFacts(expectation);
    return { progressedAt: clock.now(), ...first, ...(progressDeadline === undefined ? {} : { progressDeadline }) };
  };

  const untilReady = async (): Promise<void> => {
    options.follow();
    while (!options.isReady()) await clock.sleep(readyPause, signal);
  };

  /** Pods that are replaced go as soon as others are ready, whoever has heard of it. */
  const untilProxiesHear = async (): Promise<void> => {
    for (let left = hearIn(); left > 0 && cluster.router !== "gateway"; left = hearIn()) {
      // Its silence ends with an answer only.
      await cluster.get({ apiVersion: "v1", kind: "Namespace", name: namespace }, signal);
      tell({ progress: { desired: 0, ready: 0, state: "waiting", detail: untilTheyHear(left), causes: [] } });
      await clock.sleep(Math.min(left, limits.tick), signal);
    }
  };

  const share = (
    sides: NonNullable<ClusterPlan["sides"]>,
    weight: number,
    how: { readonly tell?: (detail: string) => void; readonly isKnown?: boolean } = {},
  ): Promise<{ readonly detail: string }> =>
    shareOut({ ...{ cluster, sides, weight, clock, limits, signal, hearIn }, ...how });

  /** Tells routers where requests go. */
  const lead = (sides: NonNullable<ClusterPlan["sides"]>, weight: number): Promise<unknown> =>
    session.apply(routers[sides.router].objects(sides, weight), signal, { fields });

  /** How many replicas the former release has now. */
  const running = async (former: readonly KubernetesObject[]): Promise<number> => {
    const live = await Promise.all(former.filter(isInSlot).map((one) => cluster.get(refOf(one), signal)));
    return live.reduce((sum, one) => sum + (one && isDeployment(one) ? (one.spec?.replicas ?? 1) : 0), 0);
  };

  /** Whether a Service leads to the other slot now: somebody has switched it, or the cluster was put back to an earlier state. */
  const leadsElsewhere = async (objects: readonly KubernetesObject[], slot: Slot): Promise<boolean> => {
    const live = await Promise.all(objects.filter(leadsToSlot).map((object) => cluster.get(refOf(object), signal)));
    return live.some((one) => one && isService(one) && one.spec?.selector?.[slotLabel] !== slot);
  };

  /** The new release's workloads, as many as the step wants. */
  const newRelease = async (own: ClusterPlan, step: number): Promise<Partial<ClusterFacts>> => {
    if (plan.target === undefined) return {};
    const { sides } = own;
    const of = { release: own.carries.desired ?? "", slot: plan.target.slot, who: "the new release" };
    const weight = plan.steps[step]?.weight;
    if (sides === undefined || weight === undefined) {
      if (own.former.length > 0) await untilProxiesHear();
      if (own.carries.desired === own.carries.former) await endBackOff(cluster, identity, signal);
      // Requests go on where they are led now until these pods can take them.
      if (plan.repairs && (await leadsElsewhere(own.app, of.slot))) {
        const others = own.app.filter((object) => !leadsRequests(object));
        tell(await expectRelease(others, of, own.keep, { fields, hold: own.hold }));
        await untilReady();
      }
      return expectRelease(own.app, of, own.keep, { fields, hold: own.hold });
    }
    const objects = sized(own.app, sides, weight, await running(own.former));
    // Until it is decided, the former release keeps its autoscalers in its own slot.
    const keep = new Set([...own.keep, ...own.keepFormer]);
    // Whoever waits to be promoted stands ready for all of it.
    const beside = { slot: sides.from, share: (weight === 0 ? 100 : weight) / 100 };
    return expectRelease(objects, of, keep, { fields, hold: own.hold, beside });
  };

  /** The step's workloads are ready before requests come to them; done when routers have taken the share. */
  const shiftTo = async (index: number, own: ClusterPlan): Promise<Partial<ClusterFacts>> => {
    const weight = plan.steps[index]?.weight;
    if (weight === undefined) return {};
    tell(await newRelease(own, index));
    await untilReady();
    const { sides } = own;
    if (sides === undefined) return {};
    await lead(sides, weight);
    return { shift: await share(sides, weight, { tell: (detail) => tell({ shift: { detail } }) }) };
  };

  const cleanUp = async (own: ClusterPlan): Promise<void> => {
    // What goes now must not be asked any more, nor be named by a route.
    if (own.sides !== undefined) {
      await share(own.sides, 100, { isKnown: true });
      await session.apply(own.late.filter(leadsRequests), signal, { fields });
    }
    const keep = await withSecrets(own.keep);
    // What lets the former release's pods through goes after them.
    const policies = own.former.filter(isNetworkPolicy).map(keyOf);
    const obsolete = policies.filter((key) => !keep.has(key));
    await session.prune(new Set([...keep, ...obsolete]), signal);
    if (obsolete.length > 0 || own.late.some(isNetworkPolicy)) {
      await formerPodsGone({ cluster, plan, clock, limits, signal });
    }
    if (obsolete.length > 0) await session.prune(keep, signal);
    if (own.late.length > 0) {
      const applied = own.sides === undefined ? new Set<KubernetesObject>() : new Set(own.late.filter(leadsRequests));
      const rest = own.late.filter((object) => !applied.has(object));
      if (rest.length > 0) await session.apply(rest, signal, { fields });
    }
    await session.settle(signal);
  };

  /**
   * These objects and no others of this service; none: nothing of it.
   *
   * @param led resolves when requests go to it, and so nothing else is needed any more; they do by default
   */
  const goTo = async (
    { objects, keep, ...of }: Destination,
    led: () => Promise<unknown> = async () => undefined,
  ): Promise<Partial<ClusterFacts>> => {
    if (objects.length === 0) {
      await session.remove(signal);
      return {};
    }
    // Prepare found every field free, so who has one now took it since. The decision stands above that: left alone,
    // the cluster would keep the release that failed, and take no traffic.
    const known = await expectRelease([...(await secrets()), ...objects], of, keep, { fields: "take" });
    await led();
    await session.prune(await withSecrets(keep), signal);
    await session.settle(signal);
    return known;
  };

  const restore = async ({ former, keepFormer, carries, sides }: ClusterPlan): Promise<Partial<ClusterFacts>> => {
    await session.fence("restore", signal);
    const slot = plan.from?.slot ?? "a";
    const to = { objects: former, keep: keepFormer, release: carries.former ?? "", slot, who: "the former release" };
    if (sides !== undefined) {
      // Requests first: the former release's pods are all still there.
      const leading = [
        ...former.filter(({ kind }) => kind === "Namespace"),
        ...routers[sides.router].objects(sides, 0),
      ];
      await session.apply(leading, signal, { fields: "take" });
      if (options.shifted()) await share(sides, 0);
    }
    return goTo(to);
  };

  /** To what is active now, from whatever is there: requests inside the cluster go on until it can take them. */
  const converge = async ({ desired, keep, carries }: ClusterPlan): Promise<Partial<ClusterFacts>> => {
    await session.fence("converge", signal);
    const slot = plan.target?.slot ?? "a";
    const of = { release: carries.desired ?? "", slot, who: "the active release" };
    if (await leadsElsewhere(desired, slot)) {
      const others = desired.filter((object) => !leadsRequests(object));
      tell(await expectRelease([...(await secrets()), ...others], of, keep, { fields: "take" }));
      await untilReady();
    }
    const from = slot === "a" ? "b" : "a";
    const labels = { ...ownLabels(identity), [slotLabel]: from };
    const beside = await cluster.list({ apiVersion: "apps/v1", kind: "Deployment", namespace, labels }, signal);
    const router = routerOf(cluster, desired, desired);
    const sides = { service, namespace, from, to: slot, former: desired, desired, router } as const;
    // Nothing is taken away while a router may still lead there.
    return goTo({ objects: desired, keep, ...of }, async () => beside.length > 0 && share(sides, 100));
  };

  return async (step) => {
    const own = plan.clusters[cluster.name];
    if (own === undefined) throw new Error(`no plan for cluster ${cluster.name}`);
    switch (step) {
      case "prepare": {
        // Credentials that cannot be had are better found before anything is changed; a removal needs none.
        const brought = plan.target === undefined ? [] : await secrets();
        const looking = {
          ...{ clock, reach: limits.reach, pause: limits.tick, images: options.images },
          secrets: brought.length > 0,
        };
        return { findings: await prepareCluster(cluster, plan, tenure, looking, signal) };
      }
      case "init":
        await session.apply([...(await secrets()), ...own.init], signal, { fields });
        return {};
      case "migrate":
        return { migration: await runMigration({ ...options, identity }) };
      case "app": {
        const known = await newRelease(own, 0);
        if (own.sides !== undefined) await lead(own.sides, 0);
        return known;
      }
      case "prune":
        await cleanUp(own);
        return {};
      case "remove":
        await session.remove(signal);
        return {};
      case "restore":
        return restore(own);
      case "converge":
        return converge(own);
      case "drain":
      case "undrain":
        // The edge knows no epochs, so whether it is still ours to say is asked right before.
        await tenure.confirm();
        if (step === "drain") await traffic.drain(environment, service, cluster.name);
        else await traffic.restore(environment, service, cluster.name);
        return {};
      default:
        return shiftTo(Number(step.slice("shift-".length)), own);
    }
  };
}

interface Destination {
  readonly objects: readonly KubernetesObject[];
  /** Keys of what stays. */
  readonly keep: ReadonlySet<string>;
  /** As the objects carry it. */
  readonly release: string;
  readonly slot: Slot;
  readonly who: string;
}

/** A release without workloads is there as soon as it is applied. */
function firstFacts({ workloads }: Expectation): Partial<ClusterFacts> {
  const desired = workloads.reduce((sum, workload) => sum + workload.replicas, 0);
  const waiting = workloads.length > 0;
  const detail = waiting ? "waiting for the cluster to take it up" : "0/0";
  return { progress: { desired, ready: 0, state: waiting ? "waiting" : "ready", detail, causes: [] } };
}
