import type { FleetRecord, FleetService, Fleets, ReleaseRecord, RolloutIndex } from "@fairway/catalog";
import { AddressError } from "@fairway/manifests";
import { carriedName, type Engine } from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { type Environment, environmentFor, environments } from "../clusters/environments.ts";
import { isIn } from "../clusters/is-in.ts";
import { Refusal } from "../http/refusal.ts";
import type { ReleaseStores } from "../releases/create-release.ts";
import type { ImagesOf } from "../releases/release-images.ts";
import { prepareRemake, tooOld } from "../releases/remake-release.ts";
import { rolloutStrategy } from "../rollouts/rollout-strategy.ts";

export interface TurnParts {
  readonly fleets: Fleets;
  readonly index: RolloutIndex;
  readonly engine: Pick<Engine, "submit">;
  readonly pool: ClusterPool;
  readonly stores: ReleaseStores;
  readonly imagesOf: ImagesOf;
  /** The lock under which releases and rollouts are made. */
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
}

/**
 * Looks at one service of a fleet: makes its release anew and begins its rollout, or passes it by.
 *
 * @param signal ends what takes its time: an image that has to be made and pushed
 * @returns whether a rollout has begun
 */
export async function takeTurn(
  fleet: FleetRecord,
  { service, rollout }: FleetService,
  parts: TurnParts,
  signal: AbortSignal,
): Promise<boolean> {
  const { fleets, index, engine, pool, stores, exclusively } = parts;
  const { number, actor } = fleet;
  const passBy = (state: "refused" | "unchanged" | "gone", reason?: string) =>
    fleets.passed(number, service, state, reason).then(() => false);
  const runningNow = async (): Promise<ReleaseRecord | undefined> =>
    (await stores.releases.activeOf(fleet.environment, [service]))[0];
  const isFree = async (): Promise<boolean> => {
    const [newest] = await index.list({ environment: fleet.environment, service, limit: 1 });
    return newest?.status !== "unfinished";
  };
  // The same for the same turn, so that a rollout that was made just before a crash is found and not made twice.
  const key = `fleet-${number}-${service}-${rollout ?? 0}`;
  const made = await index.byKey(key);
  if (made !== undefined) return fleets.begun(number, service, made.number).then(() => true);
  const environment = environments(pool).find(({ name }) => name === fleet.environment);
  // First: what runs while a rollout is under way is not what will run when it has ended.
  if (!(await isFree())) return false;
  const running = await runningNow();
  if (running === undefined || environment === undefined) return passBy("gone");
  try {
    const wanted = await wantedOf(fleet, environment, running, parts);
    if (wanted === undefined) return passBy("unchanged");
    const { target, moves } = wanted;
    const environmentNames = environments(pool).map(({ name }) => name);
    // Not under the lock: a push may take minutes.
    const remake = await prepareRemake(running, { environment: target, environmentNames, actor, signal }, parts);
    if (remake === undefined) return passBy("refused", tooOld);
    return await exclusively(async () => {
      const isSame = (await runningNow())?.name === running.name;
      // What has changed meanwhile is looked at in its next turn.
      if (!isSame || !(await isFree()) || (await fleets.get(number))?.status !== "running") return false;
      const draft = await remake();
      if (!moves && isUnchanged(draft.release, running, target)) return passBy("unchanged");
      const release = await stores.releases.put(draft.release);
      const from = running.name;
      const header = { environment: environment.name, service, from, to: release.name, actor };
      const how = moves
        ? ({ kind: "membership", strategy: "rolling" } as const)
        : ({ kind: "deploy", strategy: rolloutStrategy(release, running, "deploy") } as const);
      await fleets.begun(number, service, (await engine.submit({ ...header, ...how }, key)).number);
      return true;
    });
  } catch (error) {
    if (error instanceof AddressError) return passBy("refused", error.message);
    if (!(error instanceof Refusal)) throw error;
    const { title, detail } = error.problem;
    return passBy("refused", detail === undefined ? title : `${title}: ${detail}`);
  }
}

interface Wanted {
  /** With the clusters that the service shall have after its turn. */
  readonly target: Environment;
  /** Whether those are others than it has. */
  readonly moves: boolean;
}

/** Undefined: it has them, and nothing else is wanted of it. */
async function wantedOf(
  { kind, cluster }: FleetRecord,
  environment: Environment,
  running: ReleaseRecord,
  { index }: Pick<TurnParts, "index">,
): Promise<Wanted | undefined> {
  const has = (name: string): boolean => Object.hasOwn(running.objects, name);
  if (kind === "profile") {
    const target = environmentFor(environment, running);
    return { target, moves: target.clusters.some(({ record }) => !has(record.name)) };
  }
  const record = environment.clusters.find((one) => one.record.name === cluster)?.record;
  if (record === undefined) return undefined;
  if (kind === "cluster-removed") {
    const leaves = record.retiring !== undefined && has(record.name);
    return leaves ? { target: environmentFor(environment, undefined), moves: true } : undefined;
  }
  const [newest] = await index.list({ environment: environment.name, service: running.service, limit: 1 });
  const comes = record.retiring === undefined && !isIn(record, running, newest);
  return comes ? { target: environmentFor(environment, running), moves: true } : undefined;
}

function isUnchanged(release: ReleaseRecord, running: ReleaseRecord, target: Environment): boolean {
  return (
    release.name === running.name ||
    target.clusters.every(({ record: { name } }) => carriedName(release, name) === carriedName(running, name))
  );
}
