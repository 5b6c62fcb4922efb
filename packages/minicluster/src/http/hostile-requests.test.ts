import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { connect } from "node:tls";
import { textAt } from "../json.ts";
import { startTestApi } from "../testing/api-client.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

test("warnings quote a client's own names as text, and have an end", async (context) => {
  const { call } = await startTestApi(context);
  const named = await call("POST", configMaps, {
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, "x\r\nSet-Cookie: €": 1 },
  });
  assert.deepEqual(
    [named.code, named.headers["warning"], named.headers["set-cookie"]],
    [201, '299 - "unknown field \\"x\\\\r\\\\nSet-Cookie: ?\\""', undefined],
  );
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`field${index}`, 1]));
  const flooded = await call("POST", configMaps, {
    body: { ...unknown, apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b" } },
  });
  assert.equal(flooded.code, 201);
  assert.ok(String(flooded.headers["warning"]).length < 10_000);
});

test("an address that is none is the client's mistake, and only that", async (context) => {
  const { server } = await startTestApi(context);
  for (const target of ["//", "http://["]) {
    const socket = connect({ host: "127.0.0.1", port: server.port, ca: server.certificate });
    await once(socket, "secureConnect");
    socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    await once(socket, "close");
    assert.match(answer, /^HTTP\/1\.1 400 /, target);
  }
});

test("YAML with very many keys, or of a length that would take long, does not stop the others", async (context) => {
  const { call } = await startTestApi(context);
  const keys = (count: number) => Array.from({ length: count }, (_, index) => `  key${index}: v`).join("\n");
  const yaml = (count: number) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n${keys(count)}\n`;
  const headers = { "content-type": "application/yaml" };
  const begin = performance.now();
  const answer = await call("POST", configMaps, { body: yaml(40_000), headers });
  assert.equal(answer.code, 201, textAt(answer.body, "message"));
  // With the time in the square of the number of keys it was twenty seconds.
  assert.ok(performance.now() - begin < 8_000);
  assert.equal((await call("POST", configMaps, { body: yaml(100_000), headers })).code, 413);
});
