import { setTimeout as pause } from "node:timers/promises";
import { at, type JsonObject, objectAt, objectsAt, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { type Dialogue, dialogues } from "./dialogue.ts";
import { configMap } from "./objects.ts";
import { until } from "./waiting.ts";

const group = "rbac.authorization.k8s.io";

const paths = (namespace: string) => ({
  roles: `/apis/${group}/v1/namespaces/${namespace}/roles`,
  bindings: `/apis/${group}/v1/namespaces/${namespace}/rolebindings`,
  reviews: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
});

/** A service account's token. */
async function robot({ prepare }: Dialogue): Promise<string> {
  await prepare("POST", "serviceaccounts", { metadata: { name: "robot" } });
  const answer = await prepare("POST", "serviceaccounts/robot/token", { spec: { expirationSeconds: 3600 } });
  return textAt(answer, "status", "token");
}

/** Gives the account a role, and waits until it counts. */
async function give(talk: Dialogue, token: string, rules: readonly JsonObject[]): Promise<void> {
  const { roles, bindings, reviews } = paths(talk.namespace);
  await talk.prepare("POST", roles, { metadata: { name: "robot" }, rules });
  await talk.prepare("POST", bindings, {
    metadata: { name: "robot" },
    roleRef: { apiGroup: group, kind: "Role", name: "robot" },
    subjects: [{ kind: "ServiceAccount", name: "robot", namespace: talk.namespace }],
  });
  const [rule] = rules;
  const attributes = {
    namespace: talk.namespace,
    verb: textAt(rule, "verbs", 0),
    group: textAt(rule, "apiGroups", 0),
    resource: textAt(rule, "resources", 0).split("/")[0] ?? "",
    name: textAt(rule, "resourceNames", 0),
  };
  const deadline = Date.now() + 120_000;
  for (;;) {
    const body = { spec: { resourceAttributes: attributes } };
    const answer = await talk.cluster.client.request("POST", reviews, { token, body });
    if (at(answer.body, "status", "allowed") === true) return;
    if (Date.now() > deadline) throw new Error(`the role does not count: ${answer.text}`);
    await pause(50);
  }
}

/** Roles, and the tokens of service accounts. */
export function rbacCases(each: Register): void {
  const talk = dialogues(each, "rbac");

  talk("who has no role may do nothing", async (with_) => {
    const token = await robot(with_);
    await with_.get("pods", { token });
    await with_.get("pods/a", { token });
    await with_.get("pods?watch=true", { token });
    await with_.get("pods/a/log", { token });
    await with_.get("/api/v1/nodes", { token });
    await with_.get("/apis/apps/v1/deployments", { token });
    await with_.post("configmaps", configMap("a"), { token });
    await with_.put("deployments/web/scale", {}, { token });
    await with_.patch("merge", "deployments/web/status", {}, { token });
    await with_.del("configmaps", { token });
    await with_.del("configmaps/a", { token });
    await with_.get(`/api/v1/namespaces/${with_.namespace}`, { token });
    await with_.post("/api/v1/namespaces", { metadata: { name: "x" } }, { token });
    await with_.get("/", { token });
    await with_.get("/metrics", { token });
    await with_.get("/version", { token, show: () => "told" });
    await with_.get("/api", { token, show: () => "told" });
    await with_.get("/apis/apps/v1", { token, show: () => "told" });
  });
  talk("wrong tokens are nobody's; who sends none is anonymous", async ({ get }) => {
    await get("configmaps", { token: "wrong" });
    await get("configmaps", { token: "" });
    await get("/livez", { token: "", show: () => "told" });
  });
  talk("a role allows what it says", async (with_) => {
    const token = await robot(with_);
    await with_.prepare("POST", "configmaps", configMap("a"));
    await give(with_, token, [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["a"], verbs: ["get", "patch"] },
      { apiGroups: ["apps"], resources: ["*/scale"], verbs: ["*"] },
      { apiGroups: ["batch"], resources: ["*"], verbs: ["list"] },
    ]);
    await with_.get("configmaps/a", { token, show: () => "shown" });
    await with_.get("configmaps/b", { token });
    await with_.get("configmaps", { token });
    await with_.patch(
      "merge",
      "configmaps/a",
      { data: { B: "2" } },
      { token, show: (body) => objectAt(body, "data") ?? null },
    );
    await with_.del("configmaps/a", { token });
    await with_.get("deployments/web/scale", { token });
    await with_.get("deployments/web", { token });
    await with_.get("jobs", { token, show: () => "shown" });
    await with_.get("cronjobs", { token, show: () => "shown" });
    await with_.get("jobs/a", { token });
    await with_.patch(
      "apply",
      "configmaps/new?fieldManager=me",
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "new" } },
      { token },
    );
  });
  talk("nobody grants what he does not have", async (with_) => {
    const token = await robot(with_);
    const { roles, bindings } = paths(with_.namespace);
    await give(with_, token, [
      { apiGroups: [group], resources: ["roles", "rolebindings"], verbs: ["create", "update", "get"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ]);
    const made = { token, show: () => "made" };
    const rule = (verbs: readonly string[], resources = ["pods"]) => ({ apiGroups: [""], resources, verbs });
    await with_.post(roles, { metadata: { name: "same" }, rules: [rule(["get"])] }, made);
    await with_.post(roles, { metadata: { name: "more" }, rules: [rule(["get", "list"])] }, made);
    await with_.post(roles, { metadata: { name: "more" }, rules: [rule(["get"], ["pods", "secrets"])] }, made);
    const bound = (kind: string, name: string) => ({
      metadata: { name: `b-${name}` },
      roleRef: { kind, name },
      subjects: [],
    });
    await with_.post(bindings, bound("Role", "same"), made);
    await with_.post(bindings, bound("Role", "absent"), made);
  });
  talk("roles and bindings are checked and completed", async ({ post, namespace, put, prepare }) => {
    const { roles, bindings } = paths(namespace);
    for (const rule of [
      {},
      { verbs: ["get"] },
      { verbs: ["get"], apiGroups: [""] },
      { verbs: ["get"], nonResourceURLs: ["/x"] },
      { apiGroups: [""], resources: ["pods"], verbs: [] },
    ]) {
      await post(`${roles}?dryRun=All`, { metadata: { name: "r" }, rules: [rule] });
    }
    await post(`${roles}?dryRun=All`, { metadata: { name: "a:b" }, rules: [] }, { show: () => "made" });
    await post(`${roles}?dryRun=All`, { metadata: { name: "a/b" }, rules: [] });
    for (const [roleRef, subject] of [
      [
        { kind: "Role", name: "r" },
        { kind: "User", name: "eve" },
      ],
      [
        { kind: "Other", name: "r" },
        { kind: "Group", name: "g" },
      ],
      [
        { kind: "Role", name: "" },
        { kind: "ServiceAccount", name: "x", apiGroup: "y" },
      ],
      [
        { kind: "Role", name: "r", apiGroup: "other" },
        { kind: "Robot", name: "x" },
      ],
      [{ kind: "ClusterRole", name: "r" }, { kind: "User" }],
    ] as const) {
      await post(`${bindings}?dryRun=All`, { metadata: { name: "b" }, roleRef, subjects: [subject] });
    }
    const binding = { metadata: { name: "b" }, roleRef: { kind: "Role", name: "r" }, subjects: [] };
    await prepare("POST", bindings, binding);
    await put(`${bindings}/b`, { ...binding, roleRef: { apiGroup: group, kind: "Role", name: "other" } });
  });
  talk("people ask what they may do", async (with_) => {
    const token = await robot(with_);
    await give(with_, token, [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]);
    const { reviews } = paths(with_.namespace);
    const status = (body: JsonObject) => objectAt(body, "status") ?? null;
    const ask = (attributes: JsonObject) =>
      with_.post(
        reviews,
        { spec: { resourceAttributes: { namespace: with_.namespace, ...attributes } } },
        { token, show: status },
      );
    await ask({ verb: "get", resource: "pods" });
    await ask({ verb: "delete", resource: "pods" });
    await ask({ verb: "get", resource: "pods", subresource: "log" });
    await with_.post(
      reviews,
      { spec: { nonResourceAttributes: { verb: "get", path: "/version" } } },
      { token, show: (body) => at(body, "status", "allowed") ?? null },
    );
    await with_.post(reviews, { spec: {} }, { token });
    await with_.post(
      reviews,
      { spec: { resourceAttributes: { verb: "*", resource: "*", group: "*" } } },
      { show: status },
    );
    await with_.post(
      "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      {},
      {
        token,
        show: (body) => {
          const { extra: _, ...user } = objectAt(body, "status", "userInfo") ?? {};
          return user;
        },
      },
    );
    const others = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const about = {
      user: `system:serviceaccount:${with_.namespace}:robot`,
      resourceAttributes: { namespace: with_.namespace, verb: "get", resource: "pods" },
    };
    await with_.post(others, { spec: about }, { show: status });
    await with_.post(others, { spec: about }, { token });
    await with_.post(others, { spec: { user: "eve" } });
    const rules = await with_.cluster.client.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
      token,
      body: { spec: { namespace: with_.namespace } },
    });
    const own = objectsAt(rules.body, "status", "resourceRules").filter(
      (rule) => textAt(rule, "resources", 0) === "pods",
    );
    with_.note("rules about pods", own);
  });
  talk("a token is asked for, and holds as long as its account", async (with_) => {
    await with_.prepare("POST", "serviceaccounts", { metadata: { name: "robot" } });
    const token = "serviceaccounts/robot/token";
    const shown = (body: JsonObject) => {
      const { token: _, ...status } = objectAt(body, "status") ?? {};
      return { ...body, spec: { ...objectAt(body, "spec"), audiences: null }, status };
    };
    await with_.post("serviceaccounts/absent/token", { spec: {} });
    await with_.post(token, { spec: { expirationSeconds: 60 } });
    await with_.post(token, { metadata: { name: "other" }, spec: {} });
    await with_.post(token, { spec: { boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "absent" } } });
    await with_.post(token, { spec: { expirationSeconds: 1200 } }, { show: shown });
    const answer = await with_.prepare("POST", token, { spec: {} });
    const given = textAt(answer, "status", "token");
    const review = "/apis/authentication.k8s.io/v1/tokenreviews";
    const whose = (body: JsonObject) => ({
      authenticated: at(body, "status", "authenticated") ?? null,
      user: textAt(body, "status", "user", "username"),
    });
    await with_.post(review, { spec: { token: given } }, { show: whose });
    await with_.post(review, { spec: { token: "wrong" } }, { show: whose });
    await with_.post(review, { spec: {} });
    await with_.prepare("DELETE", "serviceaccounts/robot");
    const deadline = Date.now() + 60_000;
    let code = 0;
    while (code !== 401 && Date.now() < deadline) {
      code = (await with_.cluster.client.request("GET", "/api", { token: given })).code;
      await pause(100);
    }
    with_.note("after the account is deleted", String(code));
  });
  talk("a Secret can ask for a token", async (with_) => {
    await with_.prepare("POST", "serviceaccounts", { metadata: { name: "robot" } });
    const type = "kubernetes.io/service-account-token";
    await with_.post("secrets", { metadata: { name: "wrong" }, type });
    const annotations = { "kubernetes.io/service-account.name": "robot" };
    await with_.prepare("POST", "secrets", { metadata: { name: "t", annotations }, type });
    const filled = await until(with_, "secrets/t", (body) => textAt(body, "data", "token") !== "");
    with_.note("keys", Object.keys(objectAt(filled, "data") ?? {}).sort());
    with_.note("annotations", objectAt(filled, "metadata", "annotations") ?? null);
    const token = Buffer.from(textAt(filled, "data", "token"), "base64").toString();
    await with_.get("pods", { token });
    await with_.prepare("DELETE", "serviceaccounts/robot");
    await until(with_, "secrets/t", (body) => body["reason"] === "NotFound");
  });
  talk("every namespace has an account and the cluster's certificate", async (with_) => {
    await until(with_, "configmaps/kube-root-ca.crt", (body) => body["kind"] === "ConfigMap");
    await with_.get("serviceaccounts/default");
    await with_.get("configmaps/kube-root-ca.crt", {
      show: (body) => [Object.keys(objectAt(body, "data") ?? {}), objectAt(body, "metadata", "annotations") ?? null],
    });
    await with_.prepare("DELETE", "serviceaccounts/default");
    await until(with_, "serviceaccounts/default", (body) => body["kind"] === "ServiceAccount");
  });
}
