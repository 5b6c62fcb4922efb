import assert from "node:assert/strict";
import { test } from "node:test";
import { hostMatcher } from "./routes.ts";

const match = hostMatcher([
  { hosts: ["*"], value: "any" },
  { hosts: ["web.*"], value: "prefix" },
  { hosts: ["web.localhost", "[::1]"], value: "exact" },
  { hosts: ["web.*"], value: "late" },
]);

for (const [host, expected] of [
  ["web.localhost", "exact"],
  ["WEB.localhost.:7080", "exact"],
  ["web.example.org:80", "prefix"],
  ["web", "any"],
  ["webs.localhost", "any"],
  ["[::1]:7080", "exact"],
  [undefined, "any"],
] as const) {
  test(`Host ${host} takes the ${expected} route`, () => assert.equal(match(host), expected));
}
