import assert from "node:assert/strict";
import { test } from "node:test";
import type { PreviewEvent } from "@fairway/api";
import type { ReleaseRecord } from "@fairway/catalog";
import { parseProfile } from "@fairway/spec";
import { appToml } from "../testing/deploying.ts";
import { previewProfile } from "./preview-profile.ts";

const createdAt = "2026-01-01T00:00:00.000Z";

/** An environment's cluster. */
function cluster(name: string) {
  const record = {
    ...{ name, environment: "prod", embedded: false, kubeconfig: `${name}.yaml`, context: undefined },
    ...{ addressTemplate: "http://{service}", gateway: undefined, lost: undefined, retiring: undefined, createdAt },
  };
  return { record, link: undefined, trouble: undefined, stopped: false };
}

/** A release of a service that has no objects yet in the clusters of these names. */
function releaseIn(...names: readonly string[]): ReleaseRecord {
  return {
    ...{ name: "user-1", service: "user", environment: "prod", namespace: "user", snapshot: undefined },
    profile: {
      ...{ description: "", kind: "business", owner: undefined, engine: "node" },
      ...{ dependencies: [], env: {}, replicas: 2 },
    },
    source: { appToml: appToml("user"), kubernetes: {} },
    inputs: { clusters: names.map((name) => ({ name, image: "app:1", pullSecret: false })), numbers: { user: 1 } },
    objects: Object.fromEntries(names.map((name) => [name, []])),
    ...{ profileVersion: "1", actor: "admin", available: true, createdAt },
  };
}

async function preview(release: ReleaseRecord, clusters: readonly string[]): Promise<readonly PreviewEvent[]> {
  const profile = parseProfile("");
  assert.ok(profile.ok);
  const { signal } = new AbortController();
  const environments = [{ name: "prod", clusters: clusters.map(cluster) }];
  const stores = {
    releases: { activeServices: async () => [release.service], activeOf: async () => [release] },
    services: { numbers: async () => ({}) },
  };
  const events: PreviewEvent[] = [];
  for await (const event of previewProfile(
    { profile: profile.value, environments, environmentNames: ["prod"], signal },
    stores,
  )) {
    events.push(event);
  }
  return events;
}

test("the service comes to a cluster that is newer than its release, whatever that is called", async () => {
  const events = await preview(releaseIn("alpha"), ["alpha", "constructor"]);
  const [service] = events.filter((event) => event.type === "service");
  assert.equal(service?.outcome, "changed");
  const comes = service.changes.filter(({ clusters }) => clusters.includes("constructor"));
  assert.deepEqual(comes, [{ change: "the service comes to this cluster", clusters: ["constructor"] }]);
});
