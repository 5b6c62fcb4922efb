import type { CauseCode } from "@fairway/diagnosis";
import type { Outline } from "../plan/outline.ts";
import { outlineOf } from "../plan/outline-of.ts";
import { isSlotted, type Place, type Plan, plan, targetSlot } from "../plan/plan.ts";
import type { Active, Cluster, Journal, Releases, RolloutHeader, StoredRelease } from "../ports.ts";
import type { PrepareFinding, RolloutEvent } from "../state/rollout-event.ts";
import type { RolloutState } from "../state/rollout-state.ts";
import type { RouterName } from "../traffic/router.ts";
import { routerOf } from "../traffic/routers.ts";

type Begun = Extract<RolloutEvent, { type: "begun" }>;

export type Beginning =
  | { readonly ok: true; readonly event: Begun }
  | { readonly ok: false; readonly active: Active | undefined; readonly findings: readonly PrepareFinding[] };

/** What is known of an environment's clusters when a rollout's turn comes; marks are names. */
interface Present {
  readonly clusters: readonly Pick<Cluster, "name" | "router">[];
  /** Declared lost. */
  readonly lost: readonly string[];
  /** Being given up. */
  readonly retiring: readonly string[];
}

/** Decides what the rollout is about, by what is active when its turn comes. */
export async function begin<Body>(
  journal: Journal<Body>,
  releases: Releases,
  place: Place,
  header: RolloutHeader,
  { clusters: present, lost, retiring }: Present,
): Promise<Beginning> {
  const active = await journal.active(header.environment, header.service);
  const from = active === undefined ? undefined : await releases.get(active.release);
  const to = header.to === undefined ? undefined : await releases.get(header.to);
  const clusters = present
    .map(({ name }) => name)
    .filter((name) => {
      const isThere = from !== undefined && Object.hasOwn(from.objects, name);
      if (isThere || retiring.includes(name)) return isThere;
      // One that came since: the service is brought there by a change of membership, or by a newer release.
      return from === undefined || to === undefined || Object.hasOwn(to.objects, name);
    });
  const findings = [
    ...(clusters.length > 0
      ? []
      : [found("NoClusters", `the environment ${header.environment} has no clusters`, "add one: fairway cluster add")]),
    ...(header.to === undefined || to !== undefined
      ? []
      : [found("ReleaseUnknown", `release ${header.to} is not stored`, "deploy again")]),
    ...(active === undefined || from !== undefined
      ? []
      : [
          found(
            "ReleaseUnknown",
            `the active release ${active.release} is not stored: it could not be restored`,
            "ask the platform's owner",
          ),
        ]),
    ...(clusters.length > 0 && clusters.every((name) => lost.includes(name))
      ? [found("NoClusters", "every cluster of the environment is declared lost", "see them: fairway clusters")]
      : []),
  ];
  const lead = header.kind === "deploy" ? to?.migration?.cluster : undefined;
  if (lead !== undefined && lost.includes(lead)) {
    const message = `the migration runs in ${lead}, which is declared lost`;
    findings.push({
      ...found("ClusterUnreachable", message, "wait until it is back, or make another cluster the environment's lead"),
      cluster: lead,
    });
  }
  if (findings.length > 0) return { ok: false, active, findings };
  const namespace = to?.namespace ?? from?.namespace ?? header.service;
  const target = to === undefined ? undefined : { release: to.name, slot: targetSlot(header, active) };
  let routers: Readonly<Record<string, RouterName>> | undefined;
  let outline: Outline;
  try {
    const planned = plan(header, sideOf(active, from), sideOf(target, to), clusters, { place, kept: [], namespace });
    outline = outlineOf(planned);
    if (isSlotted(planned)) routers = routersOf(planned, present);
  } catch (error) {
    // A release that cannot be planned would otherwise be tried for ever, and block those behind it.
    const message = `release ${header.to} cannot be planned: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, active, findings: [found("ReleaseInvalid", message, "deploy again")] };
  }
  return {
    ok: true,
    event: {
      type: "begun",
      namespace,
      clusters,
      ...(active === undefined ? {} : { from: active }),
      ...(target === undefined ? {} : { target }),
      ...(lost.length === 0 ? {} : { lost: lost.filter((name) => clusters.includes(name)) }),
      ...(routers === undefined ? {} : { routers }),
      outline,
    },
  };
}

function routersOf(
  planned: Plan,
  present: readonly Pick<Cluster, "name" | "router">[],
): Readonly<Record<string, RouterName>> {
  const known = Object.entries(planned.clusters).map(([name, { former, desired }]) => {
    const cluster = present.find((one) => one.name === name) ?? {};
    return [name, routerOf(cluster, former, desired)] as const;
  });
  return Object.fromEntries(known);
}

/** The plan of a rollout that has begun; the same whenever it is asked for, because releases never change. */
export async function planOf(releases: Releases, place: Place, state: RolloutState): Promise<Plan> {
  const { header, begun } = state;
  if (begun === undefined) throw new Error(`rollout ${header.number} has not begun`);
  const { from, target, clusters, namespace, routers } = begun;
  return plan(header, await side(releases, from), await side(releases, target), clusters, {
    place,
    kept: await keptBeside(target, releases, header),
    namespace,
    routers,
  });
}

/** For clusters that were left behind and are still the environment's: from anything to what is active now. */
export async function convergencePlan<Body>(
  journal: Journal<Body>,
  releases: Releases,
  place: Place,
  state: RolloutState,
  present: readonly Pick<Cluster, "name">[],
): Promise<Plan> {
  const { header, begun } = state;
  const clusters = (begun?.clusters ?? []).filter((name) => present.some((one) => one.name === name));
  const active = await journal.active(header.environment, header.service);
  return plan(header, undefined, await side(releases, active), clusters, {
    place,
    kept: await keptBeside(active, releases, header),
    namespace: begun?.namespace ?? header.service,
  });
}

/** The releases that the service can be rolled back to; none when it is taken away. */
async function keptBeside(
  active: Active | undefined,
  releases: Releases,
  { service, environment }: RolloutHeader,
): ReturnType<NonNullable<Releases["kept"]>> {
  return active === undefined ? [] : ((await releases.kept?.(service, environment)) ?? []);
}

interface Side {
  readonly active: Active;
  readonly release: StoredRelease;
}

async function side(releases: Releases, active: Active | undefined): Promise<Side | undefined> {
  if (active === undefined) return undefined;
  const release = await releases.get(active.release);
  if (release === undefined) throw new Error(`release ${active.release} is not stored any more`);
  return { active, release };
}

function sideOf(active: Active | undefined, release: StoredRelease | undefined): Side | undefined {
  return active === undefined || release === undefined ? undefined : { active, release };
}

function found(code: CauseCode, message: string, advice: string): PrepareFinding {
  return { cluster: "", code, message, advice };
}
