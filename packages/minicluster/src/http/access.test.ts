import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { at, objectAt, objectsAt, textAt } from "../json.ts";
import { startTestApi, type TestApi } from "../testing/api-client.ts";

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const account = "system:serviceaccount:shop:robot";

test("a service account may do what its roles say, and nothing else", async (context) => {
  const { api, token, as } = await withRobot(context);
  const refused = await as("GET", "/api/v1/namespaces/shop/pods");
  assert.equal(refused.code, 403);
  assert.equal(
    refused.body["message"],
    `pods is forbidden: User "${account}" cannot list resource "pods" in API group "" in the namespace "shop"`,
  );
  assert.deepEqual(refused.body["details"], { kind: "pods" });
  await role(api, [
    { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["configmaps"], resourceNames: ["settings"], verbs: ["get", "update"] },
    { apiGroups: ["apps"], resources: ["*/scale"], verbs: ["*"] },
  ]);
  const codes = async (method: string, paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => (await as(method, path)).code));
  const configMaps = "/api/v1/namespaces/shop/configmaps";
  assert.deepEqual(
    await codes("GET", [
      "/api/v1/namespaces/shop/pods",
      "/api/v1/namespaces/shop/pods?watch=true",
      "/api/v1/pods",
      "/api/v1/namespaces/default/pods",
      `${configMaps}/settings`,
      `${configMaps}/other`,
      configMaps,
      "/apis/apps/v1/namespaces/shop/deployments/web/scale",
      "/apis/apps/v1/namespaces/shop/deployments/web",
    ]),
    [200, 403, 403, 403, 404, 403, 403, 404, 403],
  );
  assert.equal((await as("GET", `${configMaps}?fieldSelector=metadata.name%3Dsettings`)).code, 403);
  const named = await as("DELETE", `${configMaps}/settings`);
  assert.equal(
    named.body["message"],
    `configmaps "settings" is forbidden: User "${account}" cannot delete resource "configmaps" in API group "" in the namespace "shop"`,
  );
  const scale = await as("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web/status");
  assert.match(textAt(scale.body, "message"), /cannot patch resource "deployments\/status" in API group "apps"/);
  assert.equal(
    (await api.call("GET", "/api/v1/namespaces/shop/pods", { token: `${token.slice(0, -4)}AAAA` })).code,
    401,
  );
});

test("rights to one name or to lists are not widened by how a selector or a parameter is written", async (context) => {
  const { api, as } = await withRobot(context);
  for (const name of ["settings", "other"]) {
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
    assert.equal((await api.call("POST", "/api/v1/namespaces/shop/configmaps", { body })).code, 201);
  }
  await role(api, [
    { apiGroups: [""], resources: ["configmaps"], resourceNames: ["settings"], verbs: ["list"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
  ]);
  const list = (selector: string) =>
    as("GET", `/api/v1/namespaces/shop/configmaps?fieldSelector=${encodeURIComponent(selector)}`);
  assert.equal(objectsAt((await list("metadata.name=settings")).body, "items").length, 1);
  for (const selector of ["metadata.name!=x\\,metadata.name=settings", "metadata.name!=settings"])
    assert.equal((await list(selector)).code, 403, selector);
  for (const watch of ["", "T", "True"])
    assert.equal((await as("GET", `/api/v1/namespaces/shop/pods?watch=${watch}`)).code, 403, `watch=${watch}`);
});

test("everybody may discover; other paths need a rule", async (context) => {
  const { api, as } = await withRobot(context);
  for (const path of ["/api", "/apis", "/apis/apps/v1", "/openapi/v3", "/version"]) {
    assert.equal((await as("GET", path)).code, 200, path);
  }
  const refused = await as("GET", "/");
  assert.equal(refused.body["message"], `forbidden: User "${account}" cannot get path "/"`);
  assert.equal((await api.call("GET", "/api", { token: "" })).code, 403);
});

test("applying what is not there takes the right to create it", async (context) => {
  const { api, as } = await withRobot(context);
  await role(api, [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "patch"] }]);
  const refused = await as("PATCH", "/api/v1/namespaces/shop/configmaps/new?fieldManager=me", {
    body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "new" } }),
    headers: { "content-type": "application/apply-patch+yaml" },
  });
  assert.match(textAt(refused.body, "message"), /cannot create resource "configmaps"/);
});

test("nobody grants what he does not have", async (context) => {
  const { api, as } = await withRobot(context);
  await role(api, [
    { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: ["create", "update"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
  ]);
  const write = (name: string, verbs: readonly string[]) =>
    as("POST", `${rbac}/namespaces/shop/roles`, {
      body: { metadata: { name }, rules: [{ apiGroups: [""], resources: ["pods"], verbs }] },
    });
  assert.equal((await write("same", ["get"])).code, 201);
  const refused = await write("more", ["get", "list", "delete"]);
  assert.equal(refused.code, 403);
  assert.equal(
    refused.body["message"],
    `roles.rbac.authorization.k8s.io "more" is forbidden: user "${account}" (groups=["system:serviceaccounts" "system:serviceaccounts:shop" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["list" "delete"]}`,
  );
  const bind = (kind: string, name: string) =>
    as("POST", `${rbac}/namespaces/shop/rolebindings`, {
      body: { metadata: { generateName: "b-" }, roleRef: { kind, name }, subjects: [{ kind: "User", name: "eve" }] },
    });
  assert.equal((await bind("Role", "same")).code, 201);
  assert.equal((await bind("ClusterRole", "cluster-admin")).code, 403);
});

test("reviews answer for who asks", async (context) => {
  const { api, as } = await withRobot(context);
  await role(api, [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]);
  const whoAmI = await as("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", { body: {} });
  assert.equal(at(whoAmI.body, "status", "userInfo", "username"), account);
  const review = (verb: string) =>
    as("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      body: { spec: { resourceAttributes: { namespace: "shop", verb, resource: "pods" } } },
    });
  assert.deepEqual((await review("get")).body["status"], {
    allowed: true,
    reason: `RBAC: allowed by RoleBinding "robot/shop" of Role "robot" to ServiceAccount "robot/shop"`,
  });
  assert.deepEqual((await review("delete")).body["status"], { allowed: false });
  const rules = await as("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
    body: { spec: { namespace: "shop" } },
  });
  assert.deepEqual(
    objectsAt(rules.body, "status", "resourceRules").find((rule) => textAt(rule, "resources", 0) === "pods"),
    { verbs: ["get"], apiGroups: [""], resources: ["pods"] },
  );
  const others = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  const about = { spec: { user: account, resourceAttributes: { namespace: "shop", verb: "get", resource: "pods" } } };
  assert.equal((await as("POST", others, { body: about })).code, 403);
  assert.equal(at((await api.call("POST", others, { body: about })).body, "status", "allowed"), true);
  const empty = await api.call("POST", others, { body: { spec: { user: "eve" } } });
  assert.equal(empty.code, 422);
});

test("a token ends with its time, its account, and what it is bound to", async (context) => {
  let now = Date.now();
  const api = await startTestApi(context, { objects: { clock: { now: () => now } }, clock: { now: () => now } });
  await robot(api);
  const request = (spec: object, name = "robot") =>
    api.call("POST", `/api/v1/namespaces/shop/serviceaccounts/${name}/token`, {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec },
    });
  assert.equal((await request({}, "nobody")).code, 404);
  assert.match(
    textAt((await request({ expirationSeconds: 60 })).body, "message"),
    /may not specify a duration less than 10 minutes$/,
  );
  const given = await request({ expirationSeconds: 600 });
  assert.equal(given.code, 201);
  assert.equal(
    textAt(given.body, "status", "expirationTimestamp"),
    `${new Date(Math.floor(now / 1000) * 1000 + 600_000).toISOString().slice(0, 19)}Z`,
  );
  const short = textAt(given.body, "status", "token");
  const who = async (token: string) =>
    (await api.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", { token, body: {} })).code;
  assert.equal(await who(short), 201);

  const secret = { metadata: { name: "bound" } };
  await api.call("POST", "/api/v1/namespaces/shop/secrets", { body: secret });
  const bound = await request({
    expirationSeconds: 7200,
    boundObjectRef: { kind: "Secret", apiVersion: "v1", name: "bound" },
  });
  const boundToken = textAt(bound.body, "status", "token");
  assert.equal(await who(boundToken), 201);
  await api.call("DELETE", "/api/v1/namespaces/shop/secrets/bound");
  assert.equal(await who(boundToken), 401);

  now += 601_000;
  assert.equal(await who(short), 401);
  const long = textAt((await request({ expirationSeconds: 7200 })).body, "status", "token");
  const reviewed = async (audiences?: readonly string[]) => {
    const spec = { token: long, ...(audiences === undefined ? {} : { audiences }) };
    return (await api.call("POST", "/apis/authentication.k8s.io/v1/tokenreviews", { body: { spec } })).body;
  };
  const status = objectAt(await reviewed(), "status");
  assert.deepEqual([status?.["authenticated"], textAt(status, "user", "username")], [true, account]);
  assert.equal(at(await reviewed(["elsewhere"]), "status", "authenticated"), undefined);
  await api.call("DELETE", "/api/v1/namespaces/shop/serviceaccounts/robot");
  assert.equal(await who(long), 401);
  await robot(api);
  assert.equal(await who(long), 401);
});

test("requests that make no sense are refused, and forged tokens are nobody's", async (context) => {
  const { api, token } = await withRobot(context);
  const post = (path: string, body: unknown) => api.call("POST", path, { body });
  const accounts = "/api/v1/namespaces/shop/serviceaccounts/robot/token";
  assert.equal((await post(accounts, { spec: { expirationSeconds: "long" } })).code, 400);
  assert.equal((await post(accounts, { spec: { boundObjectRef: { kind: "Deployment", name: "x" } } })).code, 400);
  assert.equal((await api.call("GET", accounts)).code, 405);
  assert.equal((await post("/api/v1/namespaces/shop/pods/absent/eviction", { deleteOptions: 7 })).code, 404);
  assert.equal((await post("/apis/authentication.k8s.io/v1/tokenreviews", { spec: [] })).code, 400);
  const [head = "", body = "", signature = ""] = token.split(".");
  const admin = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url").toString()), sub: "admin" }));
  const none = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
  for (const forged of [
    `${head}.${admin.toString("base64url")}.${signature}`,
    `${none}.${body}.`,
    `${head}.${body}.`,
    `${head}.${body}.AAAA`,
    `${head}.%%%.${signature}`,
    "..",
  ]) {
    assert.equal((await api.call("GET", "/api", { token: forged })).code, 401, forged);
  }
  assert.equal((await api.call("GET", "/api", { token })).code, 200);
});

async function robot(api: TestApi): Promise<void> {
  await api.call("POST", "/api/v1/namespaces", { body: { metadata: { name: "shop" } } });
  const created = await api.call("POST", "/api/v1/namespaces/shop/serviceaccounts", {
    body: { metadata: { name: "robot" } },
  });
  assert.equal(created.code, 201);
}

async function withRobot(context: TestContext) {
  const api = await startTestApi(context);
  await robot(api);
  const answer = await api.call("POST", "/api/v1/namespaces/shop/serviceaccounts/robot/token", { body: {} });
  assert.equal(answer.code, 201, answer.text);
  const token = textAt(answer.body, "status", "token");
  const as = (method: string, path: string, options: Parameters<TestApi["call"]>[2] = {}) =>
    api.call(method, path, { ...options, token });
  return { api, token, as };
}

async function role(api: TestApi, rules: readonly object[]): Promise<void> {
  const metadata = { name: "robot" };
  const made = await api.call("POST", `${rbac}/namespaces/shop/roles`, { body: { metadata, rules } });
  assert.equal(made.code, 201, made.text);
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "robot" };
  const subjects = [{ kind: "ServiceAccount", name: "robot", namespace: "shop" }];
  const bound = await api.call("POST", `${rbac}/namespaces/shop/rolebindings`, {
    body: { metadata, roleRef, subjects },
  });
  assert.equal(bound.code, 201, bound.text);
}
