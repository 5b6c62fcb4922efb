/**
 * `healthy`: all as decided. `progressing`: on its way, by a rollout. `degraded`: serves, with less than it should.
 * `down`: serves nowhere that can be seen. `unknown`: nothing can be seen.
 */
export type ServiceHealth = "healthy" | "progressing" | "degraded" | "down" | "unknown";

/** A service in one cluster, as last seen. */
export interface SeenInCluster {
  readonly cluster: string;
  /** Replicas of the active workload. */
  readonly desired: number;
  readonly ready: number;
  /** False: the rest is old. */
  readonly reachable: boolean;
  /** The release that serves there; undefined when nothing does. */
  readonly release: string | undefined;
  /** The release that shall serve there; undefined when none shall. */
  readonly decided: string | undefined;
  /** Takes no traffic until it has converged. */
  readonly drained: boolean;
  /** What diagnosis found, worst first. */
  readonly causes: readonly { readonly severity: "fatal" | "likely" | "transient"; readonly summary: string }[];
}

export interface HealthInClusters {
  readonly health: ServiceHealth;
  /** One line in a person's words; undefined when there is nothing to say. */
  readonly trouble: string | undefined;
  readonly clusters: Readonly<Record<string, ServiceHealth>>;
}

/**
 * How a service is, in each cluster and in all. One cluster that is down or cannot be seen makes a service that others
 * serve degraded, not down; one where it neither runs nor shall run says nothing.
 *
 * @param rolling Whether a rollout is under way.
 */
export function serviceHealth(seen: readonly SeenInCluster[], rolling: boolean): HealthInClusters {
  const each = seen.map((one) => ({ ...one, health: healthIn(one, rolling) }));
  const concerned = each.filter((one) => rolling || one.decided !== undefined || one.release !== undefined);
  return {
    health: overall(
      concerned.map((one) => one.health),
      rolling,
    ),
    trouble: troubleOf(concerned),
    clusters: Object.fromEntries(each.map((one) => [one.cluster, one.health])),
  };
}

function healthIn(
  { reachable, ready, desired, release, decided, causes }: SeenInCluster,
  rolling: boolean,
): ServiceHealth {
  if (!reachable) return "unknown";
  const complete = ready >= desired && desired > 0;
  const isTroubled = !rolling && causes.some((cause) => cause.severity !== "transient");
  if (complete && release === decided) return isTroubled ? "degraded" : "healthy";
  if (rolling && (complete || !causes.some((cause) => cause.severity === "fatal"))) return "progressing";
  // What a removal or a failed first rollout has left is nobody's outage.
  if (decided === undefined && !rolling) return "unknown";
  return ready > 0 ? "degraded" : "down";
}

function overall(all: readonly ServiceHealth[], rolling: boolean): ServiceHealth {
  const visible = all.filter((one) => one !== "unknown");
  if (visible.length === 0) return "unknown";
  if (visible.every((one) => one === "down")) return "down";
  if (visible.includes("down") || visible.includes("degraded")) return "degraded";
  if (rolling) return "progressing";
  return visible.length < all.length ? "degraded" : "healthy";
}

type Judged = SeenInCluster & { readonly health: ServiceHealth };

/** The worst that can be seen, and always which clusters cannot be. */
function troubleOf(each: readonly Judged[]): string | undefined {
  const worst = troubleInSight(each.filter((one) => one.health === "down" || one.health === "degraded"));
  const unseen = namesOf(each.filter((one) => !one.reachable));
  const drained = namesOf(each.filter((one) => one.drained));
  const words = [
    ...(worst === undefined ? [] : [worst]),
    ...(unseen === "" ? [] : [`${unseen} cannot be reached`]),
    ...(worst !== undefined || unseen !== "" || drained === "" ? [] : [`no traffic goes to ${drained} yet`]),
  ];
  return words.length === 0 ? undefined : words.join("; ");
}

function troubleInSight(bad: readonly Judged[]): string | undefined {
  for (const { causes } of bad) {
    const cause = causes.find((one) => one.severity !== "transient");
    if (cause === undefined) continue;
    const same = bad.filter((one) => one.causes.some(({ summary }) => summary === cause.summary));
    return `${cause.summary} (${namesOf(same)})`;
  }
  const [first] = bad;
  if (first === undefined) return undefined;
  const { cluster, ready, desired, release } = first;
  if (release === undefined) return `nothing runs in ${cluster}`;
  return ready < desired
    ? `${ready} of ${desired} ready in ${cluster}`
    : `${cluster} serves another release than the one decided`;
}

function namesOf(clusters: readonly Judged[]): string {
  return clusters.map(({ cluster }) => cluster).join(", ");
}
