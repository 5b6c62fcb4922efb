import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import { at, isObject, type JsonObject, objectsAt, textAt } from "../json.ts";
import type { PodLogs } from "../objects-api.ts";
import { ApiError } from "../status.ts";
import { eventText, startTestApi } from "../testing/api-client.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const _deployments = "/apis/apps/v1/namespaces/default/deployments";

function _configMap(name: string, fields: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { A: "1" }, ...fields };
}

function _deployment(spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "shop" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "shop" } },
      template: { metadata: { labels: { app: "shop" } }, spec: { containers: [{ name: "app", image: "shop:1" }] } },
      ...spec,
    },
  };
}

test("only the token opens the API; health and version are open", async (context) => {
  const { call, server, directory } = await startTestApi(context);
  for (const token of ["wrong", `${server.token}x`]) {
    const answer = await call("GET", "/api/v1/namespaces", { token });
    assert.equal(answer.code, 401);
    assert.deepEqual([answer.body["kind"], answer.body["reason"]], ["Status", "Unauthorized"]);
  }
  const nobody = await call("GET", "/api/v1/namespaces", { token: "" });
  assert.equal(nobody.code, 403);
  assert.equal(
    nobody.body["message"],
    'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
  );
  for (const path of ["/livez", "/readyz", "/healthz", "/version"]) {
    assert.equal((await call("GET", path, { token: "" })).code, 200, path);
  }
  for (const file of ["token", "tls.key"]) assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600);
});

function configMapIn(name: string, labels: Record<string, string> = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", labels }, data: { A: "1" } };
}

test("a watch from before the kept history, or from a future that was lost, must list again", async (context) => {
  const { objects, watch } = await startTestApi(context, { objects: { historyLimit: 4 } });
  for (let i = 0; i < 20; i++) objects.create("configmaps", configMapIn(`c${i}`));
  for (const version of ["1", "999999"]) {
    const { events } = await watch(`${configMaps}?watch=1&resourceVersion=${version}`);
    assert.equal(eventText((await events.next()).value), "ERROR 410", version);
    assert.equal((await events.next()).done, true);
  }
});

test("a client that does not read its watch is cut", { timeout: 30_000 }, async (context) => {
  const { objects, server } = await startTestApi(context);
  const closed = new Promise<void>((resolve, reject) => {
    const outgoing = request(`${server.url}/api/v1/configmaps?watch=1`, {
      ca: server.certificate,
      headers: { authorization: `Bearer ${server.token}` },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (answer) => {
      // Never read: the socket is watched instead.
      answer.socket.on("close", resolve);
      answer.on("error", () => {});
      const big = "x".repeat(900_000);
      const write = (count: number) => {
        if (count === 0 || answer.socket.destroyed) return;
        const object = configMapIn(`c${count}`);
        objects.create("configmaps", { ...object, data: { A: big } });
        setImmediate(write, count - 1);
      };
      write(60);
      answer.once("readable", () => {});
      setImmediate(function resume() {
        // Lets the socket notice its end once everything was written.
        if (objects.list("configmaps").length >= 60) answer.resume();
        else setImmediate(resume);
      });
    });
    outgoing.end();
  });
  await closed;
});

test("discovery, old and new, names every kind once", async (context) => {
  const { call } = await startTestApi(context);
  const aggregated = await call("GET", "/apis", {
    headers: { accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json" },
  });
  assert.equal(
    aggregated.headers["content-type"],
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  );
  const groups = objectsAt(aggregated.body, "items").map((item) => textAt(item, "metadata", "name"));
  assert.deepEqual(
    groups,
    objectsAt((await call("GET", "/apis")).body, "groups").map((group) => textAt(group, "name")),
  );
  const apps = await call("GET", "/apis/apps/v1");
  assert.deepEqual(
    objectsAt(apps.body, "resources").map((resource) => textAt(resource, "name")),
    [
      "deployments",
      "deployments/status",
      "deployments/scale",
      "replicasets",
      "replicasets/status",
      "replicasets/scale",
    ],
  );
  assert.equal((await call("GET", "/apis/nothing.dev/v1")).code, 404);
});

test("OpenAPI documents hold the schemas that their references name", async (context) => {
  const { call } = await startTestApi(context);
  const index = await call("GET", "/openapi/v3");
  const paths = isObject(index.body["paths"]) ? index.body["paths"] : {};
  assert.ok("apis/apps/v1" in paths);
  for (const entry of Object.values(paths)) {
    const document = await call("GET", textAt(entry, "serverRelativeURL"));
    assert.equal(document.code, 200);
    const schemas = at(document.body, "components", "schemas");
    for (const [, name] of document.text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      assert.ok(isObject(schemas) && name !== undefined && name in schemas, name);
    }
  }
});

test("whoever has the token may do everything, and is told so", async (context) => {
  const { call } = await startTestApi(context);
  const review = await call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { verb: "get" } },
    },
  });
  assert.deepEqual([review.code, at(review.body, "status", "allowed")], [201, true]);
});

function podWithLog(name: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { nodeName: "n", containers: [{ name: "app", image: "x" }] },
  };
}

test("a log is read with its options, and streamed as it comes", async (context) => {
  const seen: unknown[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const logs: PodLogs = {
    async *read(pod, options) {
      seen.push({ pod, options });
      yield Buffer.from("first\n");
      if (options.follow === true) await released;
      yield Buffer.from("last\n");
    },
  };
  const { call, objects, watch } = await startTestApi(context, { logs });
  objects.create("pods", podWithLog("p"));
  const path = "/api/v1/namespaces/default/pods/p/log";
  const read = await call("GET", `${path}?tailLines=5&timestamps=true&previous=true&sinceSeconds=9&limitBytes=100`);
  assert.deepEqual([read.code, read.text], [200, "first\nlast\n"]);
  assert.deepEqual(seen[0], {
    pod: { namespace: "default", name: "p" },
    options: {
      container: "app",
      follow: false,
      previous: true,
      timestamps: true,
      tailLines: 5,
      sinceSeconds: 9,
      limitBytes: 100,
    },
  });
  const { events } = await watch(`${path}?follow=true`);
  assert.equal((await events.next()).value, "first");
  release();
  assert.equal((await events.next()).value, "last");
  assert.equal((await events.next()).done, true);
  assert.equal((await call("GET", `${path}?container=other`)).code, 400);
  assert.equal((await call("GET", "/api/v1/namespaces/default/pods/q/log")).code, 404);
});

test("a log that fails before its first byte is a Status; a client that leaves ends the reading", async (context) => {
  let aborted = () => {};
  const gone = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  const logs: PodLogs = {
    async *read(_pod, options, signal) {
      if (options.previous === true) throw new ApiError(400, "BadRequest", "previous terminated container not found");
      yield Buffer.from("first\n");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      aborted();
    },
  };
  const { call, objects, watch } = await startTestApi(context, { logs });
  objects.create("pods", podWithLog("p"));
  const path = "/api/v1/namespaces/default/pods/p/log";
  const failed = await call("GET", `${path}?previous=true`);
  assert.deepEqual([failed.code, textAt(failed.body, "message")], [400, "previous terminated container not found"]);
  const { events, close } = await watch(`${path}?follow=true`);
  await events.next();
  close();
  await gone;
});

const json = { "content-type": "application/json" };
const hostile: readonly (readonly [
  string,
  string,
  string,
  string | Buffer,
  Readonly<Record<string, string>>,
  number,
])[] = [
  ["no JSON", "POST", configMaps, "{", json, 400],
  ["a list", "POST", configMaps, "[]", json, 400],
  ["deep nesting", "POST", configMaps, `{"a":${"[".repeat(100_000)}`, json, 400],
  ["a body above the limit", "POST", configMaps, Buffer.alloc(4 * 1024 * 1024, 0x20), json, 413],
  ["a form", "POST", configMaps, "a=b", { "content-type": "application/x-www-form-urlencoded" }, 415],
  [
    "broken protocol buffers",
    "POST",
    configMaps,
    "k8s\0\xff",
    { "content-type": "application/vnd.kubernetes.protobuf" },
    400,
  ],
  ["a YAML bomb", "POST", configMaps, yamlBomb(), { "content-type": "application/yaml" }, 400],
  [
    "a prototype",
    "POST",
    configMaps,
    '{"__proto__":{"a":1},"metadata":{"name":"x","labels":{"__proto__":"y"}}}',
    json,
    422,
  ],
  ["a patch of an unknown type", "PATCH", `${configMaps}/c`, "{}", json, 415],
  [
    "a JSON patch that is none",
    "PATCH",
    `${configMaps}/c`,
    "{}",
    { "content-type": "application/json-patch+json" },
    400,
  ],
  [
    "a JSON patch of nothing",
    "PATCH",
    `${configMaps}/c`,
    '[{"op":"remove","path":"/nothing"}]',
    { "content-type": "application/json-patch+json" },
    422,
  ],
  [
    "a JSON patch of the name",
    "PATCH",
    `${configMaps}/c`,
    '[{"op":"replace","path":"/metadata/name","value":"d"}]',
    { "content-type": "application/json-patch+json" },
    400,
  ],
  [
    "a merge patch that is no object",
    "PATCH",
    `${configMaps}/c`,
    '"x"',
    { "content-type": "application/merge-patch+json" },
    400,
  ],
  [
    "a merge patch of the metadata's type",
    "PATCH",
    `${configMaps}/c`,
    '{"metadata":1}',
    { "content-type": "application/merge-patch+json" },
    422,
  ],
  ["a path that is not encoded", "GET", "/api/v1/namespaces/%ff", "", {}, 404],
  ["an unknown kind", "GET", "/apis/apps/v1/statefulsets", "", {}, 404],
  ["the wrong group", "GET", "/apis/batch/v1/deployments", "", {}, 404],
  ["an unknown subresource", "GET", `${configMaps}/c/exec`, "", {}, 404],
  ["a wrong method", "PATCH", configMaps, "{}", json, 405],
  ["a limit that is no number", "GET", `${configMaps}?limit=x`, "", {}, 400],
];

function yamlBomb(): string {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
  for (let i = 1; i < 12; i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(",")}]`,
    );
  return lines.join("\n");
}

test("what makes no sense is answered with a Status, and the server lives on", async (context) => {
  const { call, objects } = await startTestApi(context);
  objects.create("configmaps", configMapIn("c"));
  const version = objects.collectionVersion();
  for (const [what, method, path, body, headers, code] of hostile) {
    const answer = await call(method, path, { ...(body.length === 0 ? {} : { body }), headers });
    assert.equal(answer.code, code, `${what}: ${answer.text}`);
    assert.deepEqual([answer.body["kind"], answer.body["code"]], ["Status", code], what);
  }
  assert.equal(objects.collectionVersion(), version);
  assert.equal((await call("GET", "/livez")).text, "ok");
});
