import assert from "node:assert/strict";
import { test } from "node:test";
import { routeMatcher } from "./routes.ts";

const match = routeMatcher([
  { hosts: ["*"], value: "any" },
  { hosts: ["web.*"], value: "prefix" },
  { hosts: ["web.localhost", "[::1]"], value: "exact" },
  { hosts: ["web.*"], value: "late" },
  { hosts: ["*.shop.example"], value: "below" },
  { hosts: ["shop.example"], value: "whole" },
  { hosts: ["shop.example"], path: { type: "prefix", value: "/api" }, value: "api" },
  { hosts: ["shop.example"], path: { type: "prefix", value: "/api/v2/" }, value: "api v2" },
  { hosts: ["shop.example"], path: { type: "exact", value: "/api/health" }, value: "health" },
  { hosts: ["part.example"], path: { type: "prefix", value: "/part" }, value: "part" },
]);

for (const [host, expected] of [
  ["web.localhost", "exact"],
  ["WEB.localhost.:7080", "exact"],
  ["web.example.org:80", "prefix"],
  ["web", "any"],
  ["webs.localhost", "any"],
  ["[::1]:7080", "exact"],
  ["web.shop.example", "below"],
  ["a.web.shop.example", "any"],
  [undefined, "any"],
] as const) {
  test(`Host ${host} takes the ${expected} route`, () => assert.equal(match({ host, target: "/" }), expected));
}

for (const [target, expected] of [
  ["/", "whole"],
  ["/apis", "whole"],
  ["/api", "api"],
  ["/api?x=/api/v2", "api"],
  ["/api/users", "api"],
  ["/api/v2", "api v2"],
  ["/api/v2/users", "api v2"],
  ["/api/health", "health"],
  ["/api/health/x", "api"],
  ["http://shop.example/api/users?x", "api"],
  ["http://shop.example", "whole"],
  ["*", "whole"],
] as const) {
  test(`${target} takes the ${expected} route`, () => assert.equal(match({ host: "shop.example", target }), expected));
}

test("a host of which only a part is routed leaves the rest to nobody", () => {
  assert.equal(match({ host: "part.example", target: "/part/1" }), "part");
  assert.equal(match({ host: "part.example", target: "/" }), undefined);
});
