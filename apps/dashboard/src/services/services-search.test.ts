import assert from "node:assert/strict";
import { test } from "node:test";
import { services } from "../../fixtures/index.ts";
import { narrowServices, parseServicesSearch } from "./services-search.ts";

const names = (search: Parameters<typeof narrowServices>[1]) =>
  narrowServices(services, search).rows.map(({ name }) => name);

test("every word must occur, in name, owner, description or trouble", () => {
  assert.deepEqual(names({ q: "checkout MEMORY" }), ["payments"]);
  assert.deepEqual(names({ q: "customers" }), ["mail", "shop", "user"]);
  assert.deepEqual(names({ q: "checkout nothing" }), []);
});

test("the numbers of a filter by health do not change by that filter", () => {
  const { rows, count } = narrowServices(services, { owner: "checkout", health: "down" });
  assert.equal(rows.length, 1);
  assert.deepEqual(count, { healthy: 2, progressing: 0, degraded: 0, down: 1, unknown: 0 });
});

test("rows are ordered by name, or the worst first, or the newest rollout first", () => {
  assert.equal(names({})[0], "cart");
  assert.deepEqual(names({ sort: "health" }).slice(0, 3), ["payments", "user", "delivery"]);
  assert.deepEqual(names({ sort: "rollout" }).slice(0, 2), ["delivery", "user"]);
});

test("an address typed by hand keeps what is understood", () => {
  const search = { q: 12, owner: "sales", health: "sick", kind: "job", sort: "name", other: "x" };
  assert.deepEqual(parseServicesSearch(search), { q: "12", owner: "sales", kind: "job" });
});
