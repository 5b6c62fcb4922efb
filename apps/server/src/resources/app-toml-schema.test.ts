import assert from "node:assert/strict";
import { test } from "node:test";
import { appTomlJsonSchema } from "@fairway/spec";
import { startTestServer } from "../testing/test-server.ts";

test("editors get the schema of app.toml without signing in", async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop());
  const answer = await fetch(new URL("/schemas/app.toml.json", server.url));
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  assert.deepEqual(await answer.json(), JSON.parse(JSON.stringify(appTomlJsonSchema())));
});
