import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../http/refusal.ts";
import { namespacesIn } from "./service-namespace.ts";

const active = { of: async () => ({}), forget: () => {} };

test("services are found also while the stored profile cannot be read", async () => {
  const unreadable = new Refusal({ status: 409, code: "profile-not-readable", title: "no" });
  const namespaceOf = await namespacesIn("prod", { active, profile: () => Promise.reject(unreadable) });
  assert.equal(namespaceOf("shop"), "shop");
});

test("a database that does not answer is an error", async () => {
  const profile = () => Promise.reject(new Error("no connection"));
  await assert.rejects(namespacesIn("prod", { active, profile }), /no connection/);
});
