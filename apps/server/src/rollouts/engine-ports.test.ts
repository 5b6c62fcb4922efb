import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReleaseRecord, ReleaseStore } from "@fairway/catalog";
import { engineReleases } from "./engine-ports.ts";

const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "user-1", namespace: "user" } };
const record: ReleaseRecord = {
  ...{ name: "r1", service: "user", environment: "prod", namespace: "user", snapshot: undefined },
  profile: {
    ...{ description: "", kind: "business", owner: undefined, engine: "node", dependencies: [], env: {}, replicas: 1 },
  },
  ...{ source: undefined, profileVersion: undefined, inputs: {}, objects: { alpha: [configMap] }, actor: "admin" },
  ...{ available: true, createdAt: "2026-01-01T00:00:00.000Z" },
};

test("a release that was read before, also as one of those that are kept, is not read again", async () => {
  const asked: string[] = [];
  const store: Pick<ReleaseStore, "get" | "kept"> = {
    async get(name) {
      asked.push(name);
      return name === "r3" ? undefined : { ...record, name };
    },
    kept: async () => ["r1", "r2", "r3"],
  };
  const releases = engineReleases(store);
  const release = await releases.get("r1");
  assert.deepEqual(release?.objects, { alpha: [configMap] });
  const kept = await releases.kept?.("user", "prod");
  assert.deepEqual(
    kept?.map(({ name }) => name),
    ["r1", "r2"],
  );
  await releases.get("r2");
  assert.deepEqual(asked, ["r1", "r2", "r3"]);
  // What was not there may come.
  assert.equal(await releases.get("r3"), undefined);
  assert.deepEqual(asked, ["r1", "r2", "r3", "r3"]);
});
