/** One simulated adoption: servers that take it through its turns, one of which is hurt, and what must hold behind it. */
import assert from "node:assert/strict";
import { type AdoptionRecord, nextOfAdoption, turnOf } from "@fairway/catalog";
import { isEndpointSlice, isPod, isService, type KubernetesObject } from "@fairway/objects";
import { type AdoptionPlan, type Cluster, ClusterError } from "@fairway/rollout";
import { interceptCluster, type OldShop, oldShop } from "@fairway/rollout/testing";

export interface AdoptionStory {
  /** Of the old service. `shop` is that of ours too, so that ours takes its names over. */
  readonly namespace: "shop" | "legacy";
  /** What a person decides when it has moved, and then again. */
  readonly decisions: readonly ("undo" | "confirm")[];
  /** The old Deployment is gone when the first decision is made. */
  readonly withoutOld?: true;
}

/** What happens to the first server at one of its calls; `paused`: it stands still, and another one goes on beside it. */
export type ServerFault = "killed-before" | "killed-after" | "answer-lost" | "refused" | "paused";

export interface AdoptionRunOptions {
  /** The call from 1, to the cluster or of the record. */
  readonly fault?: { readonly call: number; readonly what: ServerFault };
  /** What servers have instead of the cluster as it is. */
  readonly through?: (cluster: Cluster) => Cluster;
}

/** Virtual milliseconds. */
const pause = 40_000;
const patience = 600_000;

/** Throws what does not hold. Gives the calls of the first server: whether each writes. */
export async function runAdoption(story: AdoptionStory, options: AdoptionRunOptions = {}): Promise<readonly boolean[]> {
  const shop = await oldShop(story.namespace, true);
  const { clock } = shop;
  const before = content(shop);
  let record = recordOf(shop);
  /** The turn in which requests have been seen to be at ours. */
  let moved = 0;
  const requests = watchRequests(shop, () => record);

  const become = async (
    turn: number,
    next: Pick<AdoptionRecord<AdoptionPlan>, "state" | "reason">,
  ): Promise<boolean> => {
    if (record.turn !== turn) return false;
    const now = new Date(clock.now()).toISOString();
    const isOver = turnOf(next.state).type === "ended";
    record = { ...record, ...next, turn: turn + 1, changedAt: now, endedAt: isOver ? now : undefined };
    return true;
  };
  /** Rollouts have an enumeration of their own: here they are done, and take a while. */
  const rollOut = async (state: AdoptionRecord<AdoptionPlan>["state"]): Promise<void> => {
    if (state === "removing") await shop.removeOurs();
    else if (state === "beside") shop.bringOurs();
    else for (const object of shop.ours) if (object.kind !== "Namespace") shop.cluster.applyAs("fairway", object);
    await clock.sleep(5_000);
  };

  const calls: boolean[] = [];
  const paused: Promise<void>[] = [];
  const serve = (fault: AdoptionRunOptions["fault"]): void => {
    const never = new Promise<never>(() => {});
    const another = (): void => void clock.after(500, () => serve(undefined));
    const due = (): ServerFault | undefined => (fault?.call === calls.length ? fault.what : undefined);
    const die = (): Promise<never> => {
      another();
      return never;
    };
    const isFirst = fault !== undefined;
    const hooks = (error: (message: string) => Error) => ({
      async before({ writes }: { readonly writes: boolean }) {
        if (!isFirst) return;
        calls.push(writes);
        const what = due();
        if (what === "killed-before") await die();
        if (what === "refused") throw error("connection refused");
        if (what !== "paused") return;
        another();
        paused.push(clock.sleep(pause));
        await paused.at(-1);
      },
      async after() {
        if (!isFirst) return;
        const what = due();
        if (what === "killed-after") await die();
        if (what === "answer-lost") throw error("socket hang up");
      },
    });
    const toCluster = hooks((message) => new ClusterError("unreachable", "alpha", message));
    const toStore = hooks((message) => new Error(message));
    const cluster = interceptCluster(options.through?.(shop.cluster) ?? shop.cluster, toCluster);

    const pass = async (): Promise<void> => {
      const { turn, state } = record;
      const kind = turnOf(state);
      const isCurrent = async (): Promise<boolean> => record.turn === turn;
      const acts = kind.type === "act" ? { alpha: await shop.once(kind.act, { cluster, isCurrent }) } : {};
      if (kind.type === "rollout") await rollOut(state);
      const told = { status: "succeeded", reason: undefined, converging: false } as const;
      const facts = { acts, rollout: kind.type === "rollout" ? told : undefined };
      if (!(await isCurrent())) return;
      const next = nextOfAdoption(record, facts, clock.now());
      if (next === undefined) {
        if (state === "moved" && facts.acts.alpha?.state === "done") moved = turn;
        return;
      }
      await toStore.before({ writes: true });
      await become(turn, next);
      await toStore.after();
    };
    const go = async (): Promise<void> => {
      while (record.endedAt === undefined) {
        await pass().catch((error) => {
          if (!/connection refused|socket hang up/.test(String(error))) throw error;
        });
        await clock.sleep(500);
      }
    };
    go().catch((error) => requests.fail(error));
  };
  serve(options.fault ?? { call: 0, what: "refused" });

  const decisions = [...story.decisions];
  const decide = async (): Promise<void> => {
    if (record.state !== "moved" || moved !== record.turn) return;
    if (story.withoutOld && decisions.length === story.decisions.length) await dropOld(shop);
    const [decision] = decisions.splice(0, 1);
    if (decision === undefined) return;
    await become(record.turn, { state: decision === "undo" ? "leading-back" : "taking", reason: undefined });
  };
  await clock.run(async () => {
    requests.check();
    await decide();
    return record.endedAt !== undefined;
  }, patience);
  await clock.advance(paused.length === 0 ? 5_000 : pause + 5_000);
  requests.check();

  assert.deepEqual(decisions, [], "whoever decided was heard");
  const isConfirmed = story.decisions.at(-1) === "confirm";
  assert.equal(record.state, isConfirmed ? "confirmed" : "undone");
  if (isConfirmed) assert.deepEqual(names(shop), namesOfOurs(shop));
  else assert.deepEqual(content(shop), before);
  return calls;
}

function recordOf({ plan }: OldShop): AdoptionRecord<AdoptionPlan> {
  const at = "2026-01-01T00:00:00.000Z";
  return {
    ...{ number: 1, environment: "prod", service: "shop", release: "r1", plan, actor: "admin", reason: undefined },
    ...{ state: "claiming", turn: 1, createdAt: at, changedAt: at, endedAt: undefined },
  };
}

async function dropOld({ cluster, plan: { from } }: OldShop): Promise<void> {
  await cluster.delete({ apiVersion: "apps/v1", kind: "Deployment", namespace: from.namespace, name: "shop" }, {});
}

/** Requests meet a pod at every moment: at the old address as long as there shall be one, then at ours. */
function watchRequests(shop: OldShop, record: () => AdoptionRecord<AdoptionPlan>) {
  let failure: unknown;
  shop.cluster.onChange(() => {
    const { state, plan } = record();
    const isGoing = plan.way === "mirror" && (state === "deleting" || state === "confirmed");
    const namespace = isGoing ? plan.namespace : plan.from.namespace;
    if (failure === undefined && !isServed(shop, namespace))
      failure = new Error(`requests meet nothing at ${shop.clock.elapsed()} ms, while ${state}`);
  });
  return {
    fail(error: unknown) {
      failure ??= error;
    },
    check() {
      if (failure !== undefined) throw failure;
    },
  };
}

/** As a proxy sees it: endpoints that are ready, in slices that have a port by the name that the Service has for it. */
function isServed({ cluster }: OldShop, namespace: string): boolean {
  const objects = cluster.objects();
  const inside = objects.filter(({ metadata }) => metadata.namespace === namespace);
  const alive = new Set(objects.filter(isPod).map(({ metadata }) => metadata.name));
  const service = inside.filter(isService).find(({ metadata }) => metadata.name === "shop");
  const ports = new Set(service?.spec?.ports?.map(({ name }) => name));
  return inside
    .filter(isEndpointSlice)
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "shop")
    .filter((slice) => slice.ports?.some(({ name }) => ports.has(name)))
    .flatMap(({ endpoints = [] }) => endpoints)
    .some(({ conditions, targetRef }) => conditions?.ready !== false && alive.has(targetRef?.name ?? ""));
}

const madeByControllers = new Set(["Pod", "ReplicaSet"]);

function standing({ cluster }: OldShop): readonly KubernetesObject[] {
  return cluster
    .objects()
    .filter(
      ({ kind, metadata }) => !madeByControllers.has(kind) && !(kind === "Namespace" && metadata.name === "default"),
    );
}

function names(shop: OldShop): readonly string[] {
  return standing(shop).map(nameOf).toSorted();
}

function namesOfOurs({ ours, plan }: OldShop): readonly string[] {
  const left = plan.way === "mirror" ? ["Namespace/legacy"] : [];
  return [...left, ...ours.map(nameOf), "EndpointSlice/shop/shop-1"].toSorted();
}

function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

/** What is said there, without the book-keeping of the API. */
function content(shop: OldShop): readonly unknown[] {
  return standing(shop)
    .map((object) => {
      const { metadata, status: _, ...said } = object;
      const { uid, labels = {}, annotations = {} } = metadata;
      const own = object.kind === "EndpointSlice" ? {} : said;
      return { name: nameOf(object), uid, labels, annotations: Object.keys(annotations), own };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
