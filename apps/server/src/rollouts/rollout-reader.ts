import type { RolloutDetail, RolloutEntry, RolloutSummary } from "@fairway/api";
import type { Commit, RolloutIndex, RolloutListing } from "@fairway/catalog";
import type { Engine, RolloutView } from "@fairway/rollout";
import type { OutgoingEvent } from "../http/handler.ts";
import { notFound } from "../http/refusal.ts";
import { keepNewest } from "../keep-newest.ts";
import { changeSignal } from "../live/change-signal.ts";
import type { RolloutChanges } from "./rollout-changes.ts";

/** Rollouts as people see them. */
export interface RolloutReader {
  list(filter: Parameters<RolloutIndex["list"]>[0]): Promise<RolloutSummary[]>;
  /** The newest one of each service of an environment. */
  latest(environment: string): Promise<Readonly<Record<string, RolloutSummary>>>;
  /** @param until As it was when this entry of its journal was written. */
  get(number: number, until?: number): Promise<RolloutDetail>;
  entries(number: number): Promise<RolloutEntry[]>;
  /** The whole state after each change; ends when the rollout has ended. */
  follow(
    number: number,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<OutgoingEvent<RolloutDetail>>;
  /** What is seen of this rollout may be different; `ended`: it has just ended. */
  changed(rollout: number, ended?: boolean): void;
  /** Its journal has more entries. */
  appended(rollout: number): void;
}

/** Changes within this time are told together, in milliseconds. */
const quietFor = 50;

/** Unfinished rollouts that are kept in memory as lists show them, until their journals go on. */
const mostUnfinished = 5_000;

/** Ended rollouts whose durations are kept in memory: reading one means reading its journal. */
const mostDurations = 5_000;

export function createRolloutReader(
  index: RolloutIndex,
  engine: Pick<Engine, "view" | "entries">,
  changes: RolloutChanges,
  commitOf: (release: string) => Promise<Commit | undefined>,
): RolloutReader {
  const signals = changeSignal<{ readonly rollout: number; readonly ended: boolean }>();

  const unknown = (number: number): Error => notFound(`there is no rollout ${number}`, "see them: fairway rollouts");

  /** Which commit it brings, and how long that took to run. */
  const delivery = async (
    of: { readonly status: string; readonly kind: string },
    to: string | undefined,
    endedAt: string | undefined,
  ): Promise<Pick<RolloutSummary, "commit" | "leadTime">> => {
    const commit = to === undefined ? undefined : await commitOf(to);
    if (commit === undefined) return {};
    const took = endedAt === undefined ? -1 : Date.parse(endedAt) - Date.parse(commit.committedAt);
    const counts = of.status === "succeeded" && of.kind === "deploy" && !commit.dirty && took >= 0;
    return { commit, ...(counts ? { leadTime: took } : {}) };
  };

  const viewOf = async (number: number, until?: number): Promise<RolloutView> => {
    const seen = await engine.view(number, until);
    if (seen === undefined) throw unknown(number);
    return seen;
  };

  const detail = async (number: number, until?: number): Promise<RolloutDetail> => {
    const seen = await viewOf(number, until);
    const { analysis, migration, paused, supersededBy, waitsFor } = seen;
    const { words, objects } = await changes(seen.from, seen.to);
    return {
      ...summaryOf(seen),
      changes: [...words],
      objectChanges: objects.map(({ change, clusters }) => ({ change, clusters: [...clusters] })),
      durations: durationsOf(seen.timeline),
      ...(await delivery(seen, seen.to, seen.endedAt)),
      clusters: seen.clusters.map(({ suspect, pods, phases, ...cluster }) => ({
        ...cluster,
        phases: { ...phases },
        pods: [...pods],
        ...(suspect === undefined ? {} : { suspect: copied(suspect) }),
      })),
      causes: seen.causes.map(copied),
      findings: [...seen.findings],
      waves: seen.waves.map((wave) => ({ ...wave, clusters: [...wave.clusters] })),
      steps: [...seen.steps],
      ...(analysis === undefined
        ? {}
        : {
            analysis: {
              ...analysis,
              measurements: [...analysis.measurements],
              measured: analysis.measured.map((one) => ({ ...one, values: [...one.values] })),
            },
          }),
      ...(migration === undefined ? {} : { migration: { ...migration, log: [...migration.log] } }),
      ...(paused === undefined ? {} : { paused }),
      ...(supersededBy === undefined ? {} : { supersededBy }),
      ...(waitsFor === undefined ? {} : { waitsFor }),
      commands: [...seen.commands],
      offers: [...seen.offers],
      timeline: [...seen.timeline],
      sequence: seen.sequence,
    };
  };

  // Many side by side are listed again and again, and the journal of each would be read each time.
  const listed = new Map<number, Promise<RolloutSummary>>();
  const unfinished = (number: number): Promise<RolloutSummary> => {
    const before = listed.get(number);
    if (before !== undefined) return before;
    const reading = viewOf(number).then(async (seen) => ({
      ...summaryOf(seen),
      changes: [...(await changes(seen.from, seen.to)).words],
      durations: durationsOf(seen.timeline),
      ...(await delivery(seen, seen.to, seen.endedAt)),
    }));
    keepNewest(listed, number, reading, mostUnfinished);
    reading.catch(() => listed.get(number) === reading && listed.delete(number));
    return reading;
  };

  const summary = async (listing: RolloutListing): Promise<RolloutSummary> => {
    if (listing.status === "unfinished") return unfinished(listing.number);
    const { number, kind, service, environment, from, to, strategy, status, actor, createdAt, endedAt, reason } =
      listing;
    return {
      ...{ number, kind, service, environment, strategy, status, actor, createdAt },
      changes: [...(await changes(from, to)).words],
      ...(await delivery(listing, to, endedAt)),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(reason === undefined ? {} : { reason }),
    };
  };

  // Those of a rollout that has ended never change.
  const known = new Map<number, NonNullable<RolloutSummary["durations"]>>();
  const endedDurations = async ({ number, status, converging }: RolloutListing) => {
    if (status === "unfinished") return undefined;
    const before = known.get(number);
    if (before !== undefined) return before;
    const seen = await engine.view(number);
    if (seen === undefined) return undefined;
    const durations = durationsOf(seen.timeline);
    if (converging.length === 0) keepNewest(known, number, durations, mostDurations);
    return durations;
  };

  return {
    list: async (filter) =>
      Promise.all(
        (await index.list(filter)).map(async (listing) => {
          const [seen, durations] = await Promise.all([summary(listing), endedDurations(listing)]);
          return { ...seen, ...(durations === undefined ? {} : { durations }) };
        }),
      ),
    async latest(environment) {
      const listings = Object.entries(await index.latest(environment));
      const summaries = await Promise.all(
        listings.map(async ([name, listing]) => [name, await summary(listing)] as const),
      );
      return Object.assign(Object.create(null), Object.fromEntries(summaries));
    },
    get: detail,
    async entries(number) {
      const known = await engine.entries(number);
      if (known === undefined) throw unknown(number);
      return [...known];
    },
    async *follow(number, lastEventId, signal) {
      // Taken before the first reading, so that nothing between reading and waiting is missed.
      const isEnd = ({ ended }: { readonly ended: boolean }) => ended;
      const changed = signals.subscribe(({ rollout }) => rollout === number, signal, isEnd);
      let last = "";
      for (;;) {
        const now = await detail(number);
        const ended = now.endedAt !== undefined;
        const text = JSON.stringify(now);
        const isKnown = last === "" && !ended && lastEventId === `${now.sequence}`;
        if (text !== last && !isKnown) yield { id: `${now.sequence}`, data: now };
        last = text;
        if (ended || signal.aborted) return;
        await changed.next(quietFor);
      }
    },
    changed: (rollout, ended = false) => signals.publish({ rollout, ended }),
    appended(rollout) {
      listed.delete(rollout);
      signals.publish({ rollout, ended: false });
    },
  };
}

function summaryOf(seen: RolloutView): Omit<RolloutSummary, "changes"> {
  const { number, kind, service, environment, strategy, status, actor, createdAt, from, to, phase, endedAt, reason } =
    seen;
  return {
    ...{ number, kind, service, environment, strategy, status, actor, createdAt },
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(phase === undefined ? {} : { phase }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** How long the phases took that are over, in their order; those of several waves together. */
function durationsOf(timeline: RolloutView["timeline"]): NonNullable<RolloutSummary["durations"]> {
  const over = timeline.flatMap(({ phase, startedAt, endedAt }) =>
    endedAt === undefined ? [] : [{ phase, took: Date.parse(endedAt) - Date.parse(startedAt) }],
  );
  return [...Map.groupBy(over, ({ phase }) => phase)].map(([phase, passed]) => ({
    phase,
    took: passed.reduce((sum, { took }) => sum + took, 0),
  }));
}

/** The API's arrays may be written to, the engine's may not. */
function copied(cause: RolloutView["causes"][number]): RolloutDetail["causes"][number] {
  const { lastLog, ...rest } = cause;
  return { ...rest, ...(lastLog === undefined ? {} : { lastLog: [...lastLog] }) };
}
