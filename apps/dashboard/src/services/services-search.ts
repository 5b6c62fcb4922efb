import type { ServiceSummary } from "@fairway/api";
import { type Health, healths } from "../elements/states.ts";

const kinds = ["business", "infrastructure", "frontend", "job"] as const;
const sorts = ["name", "health", "rollout"] as const;

/** What narrows and orders the table; lives in the address, so that it can be sent to a colleague. */
export interface ServicesSearch {
  readonly q?: string | undefined;
  readonly owner?: string | undefined;
  readonly health?: Health | undefined;
  readonly kind?: ServiceSummary["kind"] | undefined;
  readonly sort?: (typeof sorts)[number] | undefined;
}

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((each) => each === value);

/** Takes what is understood from an address and leaves the rest. */
export function parseServicesSearch(search: Record<string, unknown>): ServicesSearch {
  const health = oneOf(healths, search.health);
  const kind = oneOf(kinds, search.kind);
  const sort = oneOf(sorts, search.sort);
  return {
    ...(typeof search.q === "string" || typeof search.q === "number" ? { q: String(search.q) } : {}),
    ...(typeof search.owner === "string" ? { owner: search.owner } : {}),
    ...(health === undefined ? {} : { health }),
    ...(kind === undefined ? {} : { kind }),
    ...(sort === undefined || sort === "name" ? {} : { sort }),
  };
}

const textOf = (service: ServiceSummary): string =>
  `${service.name} ${service.owner ?? ""} ${service.description} ${service.trouble ?? ""}`.toLowerCase();

const texts = new WeakMap<ServiceSummary, string>();

/** All words must occur in name, owner, description or trouble. */
function matches(service: ServiceSummary, words: readonly string[]): boolean {
  let text = texts.get(service);
  if (text === undefined) {
    text = textOf(service);
    texts.set(service, text);
  }
  return words.every((word) => text.includes(word));
}

const byName = (one: ServiceSummary, other: ServiceSummary) => (one.name < other.name ? -1 : 1);
const lastChange = (service: ServiceSummary) => service.lastRollout?.createdAt ?? "";

const orders: Readonly<Record<(typeof sorts)[number], (one: ServiceSummary, other: ServiceSummary) => number>> = {
  name: byName,
  health: (one, other) => healths.indexOf(one.health) - healths.indexOf(other.health) || byName(one, other),
  rollout: (one, other) => (lastChange(one) > lastChange(other) ? -1 : lastChange(one) < lastChange(other) ? 1 : 0),
};

export interface Narrowed {
  readonly rows: readonly ServiceSummary[];
  /** Of the rows before the filter by health, which is the one that these numbers stand on. */
  readonly count: Readonly<Record<Health, number>>;
}

/** The rows of the table. Made for thousands of services and every keystroke. */
export function narrowServices(services: readonly ServiceSummary[], search: ServicesSearch): Narrowed {
  const words = (search.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const count = { healthy: 0, progressing: 0, degraded: 0, down: 0, unknown: 0 };
  const rows: ServiceSummary[] = [];
  for (const service of services) {
    if (search.owner !== undefined && service.owner !== search.owner) continue;
    if (search.kind !== undefined && service.kind !== search.kind) continue;
    if (!matches(service, words)) continue;
    count[service.health] += 1;
    if (search.health === undefined || service.health === search.health) rows.push(service);
  }
  return { rows: rows.sort(orders[search.sort ?? "name"]), count };
}

export function ownersOf(services: readonly ServiceSummary[]): readonly string[] {
  return [...new Set(services.flatMap(({ owner }) => owner ?? []))].sort();
}

export const serviceKinds: readonly string[] = kinds;
