import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { openApiDocument } from "./open-api.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";

const all: Readonly<Record<string, Route>> = routes;
const document = openApiDocument(routes, "1.2.3");

const operation = z.object({
  operationId: z.string(),
  summary: z.string().min(1),
  "x-fairway-permission": z.string(),
  parameters: z.array(
    z.object({ name: z.string(), in: z.enum(["path", "query", "header"]), required: z.boolean(), schema: z.unknown() }),
  ),
  requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string().min(1) })),
});

test("every route is there once, under its name, with permission and problem answer", () => {
  const found = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, value]) => ({ path, method, ...operation.parse(value) })),
  );
  assert.deepEqual(found.map(({ operationId }) => operationId).sort(), Object.keys(all).sort());
  for (const { operationId, path, method, responses, ...rest } of found) {
    const route = all[operationId];
    assert.ok(route);
    assert.equal(path, route.path);
    assert.equal(method, route.method.toLowerCase());
    assert.equal(rest["x-fairway-permission"], route.permission);
    assert.ok(responses[String(route.status)]);
    assert.ok(responses["default"]);
  }
});

test("every placeholder of a path is a parameter, and the other way round", () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const value of Object.values(operations)) {
      const named = operation.parse(value).parameters.filter((parameter) => parameter.in === "path");
      assert.deepEqual(
        named.map(({ name }) => name),
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
      assert.ok(named.every(({ required }) => required));
    }
  }
});

test("every reference leads somewhere", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target ?? "");
  assert.ok(references.length > 20);
  for (const target of references) {
    const [, id] = /^#\/components\/schemas\/(\w+)$/.exec(target) ?? assert.fail(target);
    assert.ok(document.components.schemas[id ?? ""], target);
  }
});

test("a shape is written once: the services page refers to the service", () => {
  assert.match(JSON.stringify(document.components.schemas["ListServicesResponse"]), /schemas\/ServiceSummary"/);
});
