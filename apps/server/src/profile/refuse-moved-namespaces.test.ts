import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReleaseRecord } from "@fairway/catalog";
import { type Profile, parseProfile } from "@fairway/spec";
import { refuseMovedNamespaces } from "./refuse-moved-namespaces.ts";

const shop: ReleaseRecord = {
  ...{ name: "shop-1", service: "shop", environment: "prod", namespace: "shop-prod", snapshot: undefined },
  profile: {
    description: "",
    kind: "business",
    owner: undefined,
    engine: "node",
    dependencies: [],
    env: {},
    replicas: 1,
  },
  ...{ source: undefined, profileVersion: undefined, inputs: {}, objects: {}, actor: "admin", available: true },
  createdAt: "2026-01-01T00:00:00.000Z",
};
const stores = {
  services: { list: async () => [{ name: "shop", number: 1, createdAt: shop.createdAt }] },
  active: { of: async () => ({ shop }), forget: () => {} },
};

function profile(text: string): Profile {
  const parsed = parseProfile(text);
  assert.ok(parsed.ok);
  return parsed.value;
}

const both = profile('namespace = "{service}-{environment}"');

test("a stored profile that cannot be read can be replaced by one that leaves services where they are", async () => {
  await refuseMovedNamespaces(undefined, both, ["prod"], stores);
  await assert.rejects(refuseMovedNamespaces(undefined, profile(""), ["prod"], stores), /for one by {service}: shop/);
});

test("services may not be moved", async () => {
  await refuseMovedNamespaces(both, both, ["prod"], stores);
  await assert.rejects(refuseMovedNamespaces(both, profile(""), ["prod"], stores), /for one by {service}: shop/);
});
