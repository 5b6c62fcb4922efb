import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ClusterSummary } from "@fairway/api";
import type { ClusterRecord, Fleets, ReleaseStore } from "@fairway/catalog";
import type { KubeconfigLimits } from "@fairway/kube";
import { checkKubeconfig } from "../clusters/check-kubeconfig.ts";
import type { ClusterPool, PooledCluster } from "../clusters/cluster-pool.ts";
import type { Membership } from "../clusters/membership.ts";
import { registeredAs } from "../clusters/same-cluster.ts";
import type { SupervisorLink } from "../clusters/supervisor-link.ts";
import { exclusive } from "../exclusive.ts";
import { fleetUnderWay, openFleet } from "../fleets/fleet-under-way.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";

export interface ClusterResources {
  readonly home: string;
  readonly pool: ClusterPool;
  readonly releases: Pick<ReleaseStore, "activeServices">;
  readonly fleets: Pick<Fleets, "unfinished">;
  readonly membership: Membership;
  readonly supervisor: SupervisorLink;
  /** What a registered kubeconfig may make this machine do. */
  readonly kubeconfigLimits: KubeconfigLimits;
  readonly now: () => number;
}

type ClusterRoutes =
  | "listClusters"
  | "addCluster"
  | "removeCluster"
  | "stopCluster"
  | "startCluster"
  | "keepCluster"
  | "loseCluster"
  | "findCluster"
  | "clusterKubeconfig";

/** How services of a Kubernetes cluster reach each other unless its owner says otherwise. */
const kubernetesAddresses = "http://{service}.{namespace}.svc.cluster.local";

export function clusterHandlers(resources: ClusterResources): Pick<Handlers, ClusterRoutes> {
  const { home, pool, releases, fleets, membership, supervisor, kubeconfigLimits, now } = resources;
  /** Names that are being registered: the failure of one attempt must not take the files of another. */
  const adding = new Set<string>();
  const inTurn = exclusive();

  const requireCluster = (name: string): PooledCluster => {
    const found = pool.get(name);
    if (found !== undefined) return found;
    throw notFound(
      `there is no cluster ${name}`,
      `there are: ${pool
        .list()
        .map(({ record }) => record.name)
        .join(", ")}`,
    );
  };
  const requireEmbedded = (name: string): void => {
    if (requireCluster(name).record.embedded) return;
    throw new Refusal({
      status: 409,
      code: "cluster-not-embedded",
      title: `${name} is not run by this platform`,
      hint: "stop and start it by its own means",
    });
  };
  const servicesOf = async (record: ClusterRecord): Promise<number> =>
    (await releases.activeServices(record.environment, record.name)).length;

  const summary = async ({ record, link, trouble, stopped }: PooledCluster): Promise<ClusterSummary> => {
    const state = link?.status();
    const why = stopped ? "stopped by a person" : (trouble ?? state?.reason ?? missing(state?.missingPermissions));
    return {
      name: record.name,
      environment: record.environment,
      embedded: record.embedded,
      reachable: !stopped && (state?.reachable ?? false),
      ...(why === undefined ? {} : { trouble: why }),
      ...(state?.version === undefined ? {} : { version: state.version }),
      ...(state?.nodes === undefined ? {} : { nodes: state.nodes }),
      services: await servicesOf(record),
      stopped,
      ...(record.lost === undefined ? {} : { lost: record.lost }),
      ...(record.retiring === undefined ? {} : { retiring: record.retiring }),
      ...(state?.lastSeenAt === undefined ? {} : { lastSeenAt: new Date(state.lastSeenAt).toISOString() }),
    };
  };

  return {
    listClusters: async () => ({ items: await Promise.all(pool.list().map(summary)) }),
    addCluster: async ({ body, caller, signal }) => {
      if (pool.get(body.name) !== undefined || adding.has(body.name)) {
        throw new Refusal({
          status: 409,
          code: "cluster-exists",
          title: `There is a cluster ${body.name} already`,
          hint: "take another name, or remove it first; services that are not there yet are brought by: fairway fleet start",
        });
      }
      if ((await openFleet(fleets, body.environment)) !== undefined)
        throw await fleetUnderWay(fleets, body.environment);
      const relative = join("clusters", body.name, "kubeconfig");
      const file = join(home, relative);
      adding.add(body.name);
      try {
        await checkKubeconfig(body.kubeconfig, body.context, dirname(file), kubeconfigLimits);
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await writeFile(file, body.kubeconfig, { mode: 0o600 });
        const added = await pool.put({
          name: body.name,
          environment: body.environment,
          embedded: false,
          kubeconfig: relative,
          context: body.context,
          addressTemplate: body.addressTemplate ?? kubernetesAddresses,
          gateway: undefined,
          lost: undefined,
          retiring: undefined,
          createdAt: new Date(now()).toISOString(),
        });
        const version = await requireAnswer(added, signal);
        // Of two that name the same cluster at the same time, one is the first.
        await inTurn(async () => {
          await requireNew(pool, adding, added, signal);
          adding.delete(body.name);
        });
        const fleet = await membership.bring(body.name, caller.actor);
        // It has just answered, which whoever follows it may not have seen yet.
        return { ...(await summary(added)), reachable: true, version, ...(fleet === undefined ? {} : { fleet }) };
      } catch (error) {
        await pool.remove(body.name);
        await rm(dirname(file), { recursive: true, force: true });
        throw error;
      } finally {
        adding.delete(body.name);
      }
    },
    removeCluster: async ({ params, query, caller }) => {
      const { name } = requireCluster(params.cluster).record;
      if (pool.isEmbedded(name))
        throw new Refusal({
          status: 409,
          code: "cluster-embedded",
          title: `${name} belongs to this platform`,
          hint: `it comes and goes with the process that runs it; to try how services fare without it: fairway cluster stop ${name}`,
        });
      if (query.force) return { removed: true, leftBehind: [...(await membership.abandon(name, caller.actor))] };
      const { fleet, removed } = await membership.retire(name, caller.actor);
      return { removed, ...(fleet === undefined ? {} : { fleet }), leftBehind: [] };
    },
    keepCluster: async ({ params, caller }) => {
      const { name } = requireCluster(params.cluster).record;
      const fleet = await membership.keep(name, caller.actor);
      return { ...(await summary(requireCluster(name))), ...(fleet === undefined ? {} : { fleet }) };
    },
    stopCluster: async ({ params }) => {
      requireEmbedded(params.cluster);
      await supervisor.command(params.cluster, "stop");
      return undefined;
    },
    startCluster: async ({ params }) => {
      requireEmbedded(params.cluster);
      await supervisor.command(params.cluster, "start");
      return undefined;
    },
    loseCluster: async ({ params, caller }) => {
      const { name } = requireCluster(params.cluster).record;
      const rollouts = [...(await membership.lose(name, caller.actor))];
      return { ...(await summary(requireCluster(name))), rollouts };
    },
    findCluster: async ({ params }) => {
      const { record } = requireCluster(params.cluster);
      await pool.declareLost(record.name, undefined);
      return summary(requireCluster(record.name));
    },
    clusterKubeconfig: async ({ params }) => {
      const { record } = requireCluster(params.cluster);
      return readFile(join(home, record.kubeconfig), "utf8");
    },
  };
}

/** The same cluster under two names would be driven twice. */
async function requireNew(
  pool: ClusterPool,
  adding: ReadonlySet<string>,
  { record, link }: PooledCluster,
  signal: AbortSignal,
): Promise<void> {
  if (link === undefined) return;
  const other = await registeredAs(pool, (name) => name !== record.name && !adding.has(name), link, signal);
  if (other === undefined) return;
  throw new Refusal({
    status: 409,
    code: "cluster-exists",
    title: `This is the cluster ${other}`,
    detail: `the Kubernetes API of this kubeconfig is registered as ${other}`,
    hint: `use it under that name; for other credentials remove it first: fairway cluster remove ${other}`,
  });
}

function missing(permissions: readonly string[] | undefined): string | undefined {
  return permissions === undefined || permissions.length === 0 ? undefined : `may not: ${permissions.join(", ")}`;
}

/** A cluster that does not answer when it is registered is a mistake in the kubeconfig more often than not. Gives the version that it answers with. */
async function requireAnswer({ record, link, trouble }: PooledCluster, signal: AbortSignal): Promise<string> {
  const refuse = (detail: string | undefined, cause?: unknown): Refusal =>
    new Refusal(
      {
        status: 422,
        code: "cluster-unreachable",
        title: `${record.name} does not answer as it should`,
        ...(detail === undefined ? {} : { detail }),
        hint: "try the same kubeconfig and context with: kubectl version",
      },
      { cause },
    );
  if (link === undefined) throw refuse(trouble);
  const { version, missingPermissions } = await link.cluster.check(signal).catch((error: unknown) => {
    throw refuse(error instanceof Error ? error.message : undefined, error);
  });
  if (missingPermissions.length > 0) throw refuse(`these rights are missing: ${missingPermissions.join(", ")}`);
  return version;
}
