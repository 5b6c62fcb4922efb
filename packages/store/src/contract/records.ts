import assert from "node:assert/strict";
import type { ReleaseRecord } from "@fairway/catalog";
import type { Store } from "../open-store.ts";

export function release(name: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    name,
    service: "user",
    environment: "prod",
    namespace: more.service ?? "user",
    snapshot: digest(1),
    profile: {
      description: "",
      kind: "business",
      owner: undefined,
      engine: "node",
      dependencies: [],
      env: {},
      replicas: 1,
    },
    source: { appToml: 'name = "user"', kubernetes: {} },
    profileVersion: "builtin",
    inputs: {},
    objects: { alpha: [{ kind: "Namespace" }] },
    createdAt: at(1),
    actor: "admin",
    available: true,
    ...more,
  };
}

export function digest(index: number): string {
  return `sha256:${String(index).repeat(64)}`;
}

export function at(minute: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
}

export async function begin(store: Store, service: string, to: string, from?: string): Promise<number> {
  const request = {
    service,
    from,
    to,
    environment: "prod",
    strategy: "rolling",
    kind: "deploy",
    actor: "admin",
  } as const;
  return (await store.journal().create(request, `${service}-${from}-${to}`)).number;
}

/** @param entries stand in its journal before the end */
export async function fail(
  store: Store,
  service: string,
  number: number,
  entries: readonly object[] = [],
): Promise<void> {
  const journal = store.journal<object | string>();
  const lease = await journal.acquire("prod", service, "engine", 60_000);
  assert.ok(lease);
  const outcome = { status: "failed", active: undefined, reason: undefined, converging: [] } as const;
  for (const [after, entry] of entries.entries()) await journal.append(number, after, entry, lease);
  await journal.finish(number, entries.length, "end", lease, outcome);
  await journal.release(lease);
}

/** A rollout from its beginning to its good end. */
export async function roll(
  store: Store,
  service: string,
  from: string | undefined,
  to: string | undefined,
  environment = "prod",
  key = "",
): Promise<void> {
  const journal = store.journal<string>();
  const kind = to === undefined ? "removal" : "deploy";
  const request = { service, from, to, environment, strategy: "rolling", kind, actor: "admin" } as const;
  const { number } = await journal.create(request, `${environment}-${service}-${from}-${to}${key}`);
  const lease = await journal.acquire(environment, service, "engine", 60_000);
  assert.ok(lease);
  await journal.finish(number, 0, "end", lease, {
    status: "succeeded",
    active: to === undefined ? undefined : { release: to, slot: "a" },
    reason: undefined,
    converging: [],
  });
  await journal.release(lease);
}
