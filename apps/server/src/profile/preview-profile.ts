import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { PreviewEvent } from "@fairway/api";
import type { ReleaseRecord, ReleaseStore, Services } from "@fairway/catalog";
import { AddressError, describeObjectChanges, render } from "@fairway/manifests";
import { type Profile, settingsFor } from "@fairway/spec";
import { type Environment, environmentFor } from "../clusters/environments.ts";
import { Refusal } from "../http/refusal.ts";
import { refuseHatchIssues } from "../releases/refuse-hatch-issues.ts";
import { releaseInputs } from "../releases/release-inputs.ts";
import { readRelease, tooOld } from "../releases/remake-release.ts";
import { sha256 } from "../sha256.ts";

export interface PreviewRequest {
  readonly profile: Profile;
  readonly environments: readonly Environment[];
  /** All environments' names, to find misspelt ones in app.toml. */
  readonly environmentNames: readonly string[];
  readonly signal: AbortSignal;
}

export interface PreviewStores {
  readonly releases: Pick<ReleaseStore, "activeServices" | "activeOf">;
  readonly services: Pick<Services, "numbers">;
}

type ServiceEvent = Extract<PreviewEvent, { type: "service" }>;
type Counts = Omit<Extract<PreviewEvent, { type: "end" }>, "type">;

/** Releases in memory at once. */
const pageSize = 50;
/** Services after which others get their turn. */
const atOnce = 5;

/**
 * What every active release would become, were it made of its stored source by this version of the platform with a
 * profile: services in the order of their names, those that stay as they are only counted. Reads page by page, changes
 * nothing.
 */
export async function* previewProfile(request: PreviewRequest, stores: PreviewStores): AsyncGenerator<PreviewEvent> {
  const { environments, signal } = request;
  const all = await Promise.all(
    environments.map(async (environment) => ({
      environment,
      names: await stores.releases.activeServices(environment.name),
    })),
  );
  const total = all.reduce((sum, { names }) => sum + names.length, 0);
  const counts = { services: 0, unchanged: 0, changed: 0, refused: 0, unknown: 0, restarting: 0 } satisfies Counts;
  for (const { environment, names } of all) {
    for (let from = 0; from < names.length; from += pageSize) {
      yield { type: "progress", done: counts.services, total };
      const page = await stores.releases.activeOf(environment.name, names.slice(from, from + pageSize));
      const numbers = await stores.services.numbers(numbersIn(page));
      for (const release of page) {
        if (counts.services % atOnce === 0) await yieldToOthers();
        signal.throwIfAborted();
        const found = await previewService(release, environment, numbers, request);
        counts.services += 1;
        counts[found?.outcome ?? "unchanged"] += 1;
        if (found === undefined) continue;
        if (found.restarts.length > 0) counts.restarting += 1;
        yield found;
      }
    }
  }
  yield { type: "progress", done: counts.services, total };
  yield { type: "end", ...counts };
}

/** Services whose numbers releases have need of. */
export function numbersIn(releases: readonly ReleaseRecord[]): readonly string[] {
  return [...new Set(releases.flatMap(({ service, profile }) => [service, ...profile.dependencies]))];
}

/** What an active release would become; undefined: what it is. Changes nothing. */
export async function previewService(
  release: ReleaseRecord,
  whole: Environment,
  numbers: Readonly<Record<string, number>>,
  { profile, environmentNames }: Pick<PreviewRequest, "profile" | "environmentNames">,
): Promise<ServiceEvent | undefined> {
  const { service, name } = release;
  const about = { type: "service" as const, environment: whole.name, service, release: name };
  const nothing = { changes: [], restarts: [] };
  try {
    const environment = environmentFor(whole, release);
    const found = await readRelease(release, environment, { profile, environmentNames });
    if (found === undefined) return { ...about, ...nothing, outcome: "unknown", reason: tooOld };
    const { read, images } = found;
    const known = { ...numbers, ...found.numbers };
    const inputs = await releaseInputs(
      { environment, read, images },
      { settings: (place) => settingsFor(profile, place), numbers: async () => known },
    );
    refuseHatchIssues(inputs, read);
    const rendered = render(inputs, sha256);
    const described = environment.clusters.map(({ record: { name: cluster } }) =>
      Object.hasOwn(release.objects, cluster)
        ? { cluster, ...describeObjectChanges(service, release.objects[cluster] ?? [], rendered[cluster] ?? []) }
        : { cluster, changes: ["the service comes to this cluster"], restarts: false },
    );
    const changes = Map.groupBy(
      described.flatMap(({ cluster, changes: words }) => words.map((change) => ({ change, cluster }))),
      ({ change }) => change,
    );
    if (changes.size === 0) return undefined;
    return {
      ...about,
      outcome: "changed",
      changes: [...changes].map(([change, where]) => ({ change, clusters: where.map(({ cluster }) => cluster) })),
      restarts: described.filter(({ restarts }) => restarts).map(({ cluster }) => cluster),
    };
  } catch (error) {
    if (error instanceof Refusal) {
      const { title, detail, issues } = error.problem;
      const reason = detail === undefined ? title : `${title}: ${detail}`;
      return { ...about, ...nothing, outcome: "refused", reason, ...(issues === undefined ? {} : { issues }) };
    }
    if (error instanceof AddressError) return { ...about, ...nothing, outcome: "refused", reason: error.message };
    throw error;
  }
}
