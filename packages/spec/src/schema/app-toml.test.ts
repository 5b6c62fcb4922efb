import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { appTomlSchema } from "./app-toml.ts";

test("the definition can be published as JSON Schema", () => {
  const schema = z.toJSONSchema(appTomlSchema, { io: "input" });
  assert.deepEqual(schema.required, ["name"]);
  assert.equal(schema.additionalProperties, false);
  assert.ok(Object.hasOwn(schema.properties ?? {}, "dependencies"));
});
