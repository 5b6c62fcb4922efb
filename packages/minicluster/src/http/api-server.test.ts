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
const deployments = "/apis/apps/v1/namespaces/default/deployments";

function configMap(name: string, fields: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { A: "1" }, ...fields };
}

function deployment(spec: JsonObject = {}): JsonObject {
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

test("an object is created, read, replaced, patched and deleted", async (context) => {
  const { call } = await startTestApi(context);
  const created = await call("POST", configMaps, { body: configMap("c") });
  assert.equal(created.code, 201);
  assert.equal((await call("POST", configMaps, { body: configMap("c") })).body["reason"], "AlreadyExists");
  const read = await call("GET", `${configMaps}/c`);
  assert.deepEqual(read.body, created.body);
  const replaced = await call("PUT", `${configMaps}/c`, { body: configMap("c", { data: { A: "2" } }) });
  assert.deepEqual(replaced.body["data"], { A: "2" });
  const patches: [string, unknown, JsonObject][] = [
    ["application/merge-patch+json", { data: { A: null, B: "3" } }, { B: "3" }],
    ["application/strategic-merge-patch+json", { data: { C: "4" } }, { B: "3", C: "4" }],
    ["application/json-patch+json", [{ op: "remove", path: "/data/B" }], { C: "4" }],
  ];
  for (const [type, patch, data] of patches) {
    const answer = await call("PATCH", `${configMaps}/c`, { body: patch, headers: { "content-type": type } });
    assert.deepEqual(answer.body["data"], data, type);
  }
  const deleted = await call("DELETE", `${configMaps}/c`);
  assert.deepEqual([deleted.code, deleted.body["status"]], [200, "Success"]);
  const gone = await call("GET", `${configMaps}/c`);
  assert.equal(gone.code, 404);
  assert.deepEqual(gone.body, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: 'configmaps "c" not found',
    reason: "NotFound",
    details: { name: "c", kind: "configmaps" },
    code: 404,
  });
});

test("server-side apply creates, merges, conflicts and forces", async (context) => {
  const { call } = await startTestApi(context);
  const apply = (manager: string, body: JsonObject, more = "") =>
    call("PATCH", `${deployments}/shop?fieldManager=${manager}${more}`, {
      body: JSON.stringify(body),
      headers: { "content-type": "application/apply-patch+yaml" },
    });
  assert.equal((await apply("fairway", deployment())).code, 201);
  const again = await apply("fairway", deployment());
  assert.equal(again.code, 200);
  const refused = await apply("scaler", deployment({ replicas: 5 }));
  assert.equal(refused.code, 409);
  assert.deepEqual(at(refused.body, "details", "causes"), [
    { reason: "FieldManagerConflict", message: 'conflict with "fairway"', field: ".spec.replicas" },
  ]);
  const forced = await apply("scaler", deployment({ replicas: 5 }), "&force=true");
  assert.equal(at(forced.body, "spec", "replicas"), 5);
  const unnamed = await call("PATCH", `${deployments}/shop`, {
    body: "{}",
    headers: { "content-type": "application/apply-patch+yaml" },
  });
  assert.equal(unnamed.code, 422);
  assert.match(textAt(unnamed.body, "message"), /fieldManager: Required value/);
});

test("an apply may be YAML, and carries preconditions", async (context) => {
  const { call } = await startTestApi(context);
  const headers = { "content-type": "application/apply-patch+yaml" };
  const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  A: 'yes'\n";
  const path = `${configMaps}/c?fieldManager=me`;
  const created = await call("PATCH", path, { body: yaml, headers });
  assert.deepEqual([created.code, created.body["data"]], [201, { A: "yes" }]);
  const stale = yaml.replace("name: c", "name: c\n  resourceVersion: '1'");
  assert.equal((await call("PATCH", path, { body: stale, headers })).body["reason"], "Conflict");
  const otherUid = yaml.replace("name: c", "name: d\n  uid: someone");
  assert.equal((await call("PATCH", `${configMaps}/d?fieldManager=me`, { body: otherUid, headers })).code, 409);
});

test("unknown fields are refused, warned of or dropped, as the client wants", async (context) => {
  const { call } = await startTestApi(context);
  const body = deployment({ colour: "red" });
  const strict = await call("POST", `${deployments}?fieldValidation=Strict`, { body });
  assert.equal(strict.code, 400);
  assert.match(textAt(strict.body, "message"), /strict decoding error: unknown field "spec\.colour"/);
  const warned = await call("POST", `${deployments}?fieldValidation=Warn&dryRun=All`, { body });
  assert.deepEqual([warned.code, warned.headers["warning"]], [201, '299 - "unknown field \\"spec.colour\\""']);
  const ignored = await call("POST", `${deployments}?fieldValidation=Ignore`, { body });
  assert.deepEqual([ignored.code, ignored.headers["warning"]], [201, undefined]);
});

test("dry runs store nothing, through every verb", async (context) => {
  const { call, objects } = await startTestApi(context);
  await call("POST", configMaps, { body: configMap("c") });
  const version = objects.collectionVersion();
  await call("POST", `${configMaps}?dryRun=All`, { body: configMap("d") });
  await call("PUT", `${configMaps}/c?dryRun=All`, { body: configMap("c", { data: {} }) });
  await call("PATCH", `${configMaps}/c?dryRun=All`, {
    body: { data: { B: "2" } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  assert.equal((await call("DELETE", `${configMaps}/c?dryRun=All`)).code, 200);
  assert.equal((await call("DELETE", `${configMaps}?dryRun=All`)).code, 200);
  assert.equal(objects.collectionVersion(), version);
  assert.equal((await call("POST", `${configMaps}?dryRun=Some`, { body: configMap("d") })).code, 422);
});

test("lists select by labels and fields, and come in pages of one moment", async (context) => {
  const { call, objects } = await startTestApi(context);
  for (const name of ["a", "b", "c", "d", "e"]) {
    objects.create("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", labels: { name, even: String(name === "b" || name === "d") } },
      spec: { containers: [{ name: "app", image: "x" }], nodeName: name === "a" ? "n1" : "n2" },
    });
  }
  const pods = "/api/v1/pods";
  const names = (body: JsonObject) =>
    objectsAt(body, "items")
      .map((item) => textAt(item, "metadata", "name"))
      .join("");
  const selected: [string, string][] = [
    ["", "abcde"],
    ["?labelSelector=even%3Dtrue", "bd"],
    ["?labelSelector=name+notin+(a,b),even", "cde"],
    ["?fieldSelector=spec.nodeName%3Dn1", "a"],
    ["?fieldSelector=metadata.name!%3Da,status.phase%3DPending", "bcde"],
  ];
  for (const [query, expected] of selected)
    assert.equal(names((await call("GET", pods + query)).body), expected, query);
  assert.equal((await call("GET", `${pods}?labelSelector=a+in`)).code, 400);
  assert.equal((await call("GET", `${pods}?fieldSelector=spec.colour%3Dred`)).code, 400);

  const first = await call("GET", `${pods}?limit=2`);
  assert.deepEqual([names(first.body), at(first.body, "metadata", "remainingItemCount")], ["ab", 3]);
  objects.remove({ resource: "pods", namespace: "default", name: "c" }, { gracePeriodSeconds: 0 });
  const second = await call("GET", `${pods}?limit=2&continue=${textAt(first.body, "metadata", "continue")}`);
  const third = await call("GET", `${pods}?limit=2&continue=${textAt(second.body, "metadata", "continue")}`);
  assert.equal(names(second.body) + names(third.body), "cde");
  assert.equal(textAt(third.body, "metadata", "continue"), "");
  assert.equal(textAt(third.body, "metadata", "resourceVersion"), textAt(first.body, "metadata", "resourceVersion"));
  const lost = await call("GET", `${pods}?limit=2&continue=lost`);
  assert.deepEqual([lost.code, lost.body["reason"]], [410, "Expired"]);
});

test("a watch tells changes from a version on, through its selector", async (context) => {
  const { call, objects, watch } = await startTestApi(context);
  objects.create("configmaps", configMapIn("old"));
  const version = objects.collectionVersion();
  objects.create("configmaps", configMapIn("missed", { x: "1" }));
  const { events, close } = await watch(`${configMaps}?watch=true&resourceVersion=${version}&labelSelector=x%3D1`);
  const next = async () => eventText((await events.next()).value);
  assert.equal(await next(), "ADDED missed");
  objects.create("configmaps", configMapIn("unselected"));
  const chosen = objects.create("configmaps", configMapIn("chosen", { x: "1" }));
  assert.equal(await next(), "ADDED chosen");
  objects.update("configmaps", { ...chosen, data: { A: "2" } });
  assert.equal(await next(), "MODIFIED chosen");
  const left = objects.update("configmaps", configMapIn("chosen", { x: "2" }));
  const line = (await events.next()).value;
  assert.equal(eventText(line), "DELETED chosen");
  assert.equal(at(JSON.parse(line), "object", "metadata", "labels", "x"), "1", "as it was in the selection");
  assert.equal(textAt(JSON.parse(line), "object", "metadata", "resourceVersion"), left.metadata.resourceVersion);
  objects.remove({ resource: "configmaps", namespace: "default", name: "missed" });
  assert.equal(await next(), "DELETED missed");
  close();
  assert.equal((await call("GET", `${configMaps}?watch=true&resourceVersion=x`)).code, 400);
});

function configMapIn(name: string, labels: Record<string, string> = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", labels }, data: { A: "1" } };
}

test("a watch without version begins with what is there, and ends after its time with a bookmark", async (context) => {
  const { objects, watch } = await startTestApi(context);
  objects.create("configmaps", configMapIn("a"));
  const { events } = await watch(`${configMaps}?watch=1&allowWatchBookmarks=true&timeoutSeconds=1`);
  const seen: string[] = [];
  for (let next = await events.next(); next.done !== true; next = await events.next()) seen.push(eventText(next.value));
  assert.deepEqual(seen, ["ADDED a", "BOOKMARK"]);
});

test("a watch that asks for the initial events gets them and a bookmark that says so", async (context) => {
  const { call, objects, watch } = await startTestApi(context);
  objects.create("configmaps", configMapIn("a"));
  const query = "watch=1&allowWatchBookmarks=true&sendInitialEvents=true";
  const { events, close } = await watch(`${configMaps}?${query}&resourceVersionMatch=NotOlderThan`);
  assert.equal(eventText((await events.next()).value), "ADDED a");
  const bookmark = JSON.parse((await events.next()).value);
  assert.deepEqual(bookmark.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
  assert.equal(bookmark.object.metadata.resourceVersion, objects.collectionVersion());
  close();
  assert.equal((await call("GET", `${configMaps}?${query}`)).code, 422);
});

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

test("tables for people, metadata only, YAML", async (context) => {
  const { call, objects } = await startTestApi(context);
  objects.create("deployments", { ...Object(deployment()), metadata: { name: "shop", namespace: "default" } });
  const table = await call("GET", deployments, {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" },
  });
  assert.equal(table.body["kind"], "Table");
  assert.deepEqual(
    objectsAt(table.body, "columnDefinitions").map((column) => textAt(column, "name")),
    ["Name", "Ready", "Up-to-date", "Available", "Age", "Containers", "Images", "Selector"],
  );
  const [row] = objectsAt(table.body, "rows");
  assert.deepEqual(at(row, "cells"), ["shop", "0/2", "0", "0", "0s", "app", "shop:1", "app=shop"]);
  assert.equal(textAt(row, "object", "kind"), "PartialObjectMetadata");
  const metadata = await call("GET", `${deployments}/shop`, {
    headers: { accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" },
  });
  assert.deepEqual(Object.keys(metadata.body), ["kind", "apiVersion", "metadata"]);
  const yaml = await call("GET", `${deployments}/shop`, { headers: { accept: "application/yaml" } });
  assert.match(yaml.text, /^ {2}replicas: 2$/m);
  const protobuf = await call("GET", deployments, { headers: { accept: "application/vnd.kubernetes.protobuf" } });
  assert.equal(protobuf.code, 406);
  const either = await call("GET", deployments, {
    headers: { accept: "application/vnd.kubernetes.protobuf,application/json" },
  });
  assert.equal(either.body["kind"], "DeploymentList");
});

test("scale and status are written apart from the rest", async (context) => {
  const { call } = await startTestApi(context);
  await call("POST", deployments, { body: deployment() });
  const scale = await call("GET", `${deployments}/shop/scale`);
  assert.deepEqual([scale.body["kind"], at(scale.body, "spec", "replicas")], ["Scale", 2]);
  const scaled = await call("PATCH", `${deployments}/shop/scale`, {
    body: { spec: { replicas: 7 } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  assert.equal(at(scaled.body, "spec", "replicas"), 7);
  await call("PATCH", `${deployments}/shop/status`, {
    body: { spec: { replicas: 1 }, status: { replicas: 7 } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  const read = (await call("GET", `${deployments}/shop`)).body;
  assert.deepEqual([at(read, "spec", "replicas"), at(read, "status", "replicas")], [7, 7]);
  assert.equal((await call("GET", `${configMaps}/c/scale`)).code, 404);
});

test("a collection is deleted by selector", async (context) => {
  const { call, objects } = await startTestApi(context);
  for (const name of ["a", "b", "c"]) objects.create("configmaps", configMapIn(name, { keep: String(name === "b") }));
  assert.equal((await call("DELETE", `${configMaps}?labelSelector=keep%3Dfalse`)).code, 200);
  assert.deepEqual(
    objects.list("configmaps").map(({ metadata }) => metadata.name),
    ["b"],
  );
  assert.equal((await call("DELETE", "/api/v1/namespaces")).code, 405);
});

test("a deletion carries its options", async (context) => {
  const { call } = await startTestApi(context);
  await call("POST", deployments, { body: deployment() });
  const wrong = await call("DELETE", `${deployments}/shop`, { body: { preconditions: { uid: "other" } } });
  assert.equal(wrong.code, 409);
  assert.equal((await call("DELETE", `${deployments}/shop`, { body: { propagationPolicy: "Somehow" } })).code, 422);
  const held = await call("DELETE", `${deployments}/shop`, { body: { propagationPolicy: "Foreground" } });
  assert.deepEqual(at(held.body, "metadata", "finalizers"), ["foregroundDeletion"]);
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
  assert.equal((await call("GET", `${path}?tailLines=-1`)).code, 400);
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
  ["null", "POST", configMaps, "null", json, 400],
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
    400,
  ],
  ["an unknown path", "GET", "/nowhere", "", {}, 404],
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
