import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ClusterError } from "@fairway/rollout";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type FakeApi, startFakeApi } from "../testing/fake-api.ts";

const notFound = { status: 404, body: { kind: "Status", code: 404, message: "page not found" } };

let api: FakeApi;
let cluster: ConnectedCluster;

beforeEach(async () => {
  api = await startFakeApi();
  cluster = await connectCluster({ name: "alpha", kubeconfig: api.kubeconfig, firstWaitMilliseconds: 1 });
});
afterEach(async () => {
  cluster.close();
  await api.close();
});

describe("check", () => {
  it("asks an administrator one question", async () => {
    assert.deepEqual(await cluster.check(), { version: "v1.36.3", missingPermissions: [] });
    assert.equal(api.seen.length, 2);
  });

  it("names each right that is missing", async () => {
    api.answer((seen) => {
      if (!seen.path.endsWith("accessreviews")) return undefined;
      const { resource, subresource, verb } = attributes(seen.body);
      const allowed = resource !== "*" && subresource !== "log" && !(resource === "deployments" && verb === "create");
      return { status: 201, body: { status: { allowed } } };
    });
    const { missingPermissions } = await cluster.check();
    assert.deepEqual(missingPermissions, ["create deployments.apps", "get pods/log"]);
  });

  it("asks nothing more about what the account's rules tell", async () => {
    const asked: (string | undefined)[] = [];
    api.answer((seen) => {
      if (seen.path.endsWith("rulesreviews")) {
        const all = { verbs: ["*"], apiGroups: [""], resources: ["*"] };
        const secret = { verbs: ["create"], apiGroups: [""], resources: ["secrets"], resourceNames: ["other"] };
        const groups = ["apps", "batch", "policy", "autoscaling", "networking.k8s.io", "gateway.networking.k8s.io"];
        const others = { verbs: ["*"], apiGroups: groups, resources: ["*"], resourceNames: [] };
        return { status: 201, body: { status: { resourceRules: [all, secret, others] } } };
      }
      if (!seen.path.endsWith("accessreviews")) return undefined;
      asked.push(attributes(seen.body)["resource"]);
      return { status: 201, body: { status: { allowed: false } } };
    });
    const { missingPermissions } = await cluster.check();
    assert.deepEqual([...new Set(asked)], ["*", "rolebindings", "clusterroles", "endpointslices"]);
    assert.ok(missingPermissions.includes("bind clusterroles.rbac.authorization.k8s.io/view"));
  });

  it("asks for one rollout about its own kinds only, and about those that Fairway itself never makes", async () => {
    api.answer((seen) =>
      seen.path.endsWith("accessreviews") ? { status: 201, body: { status: { allowed: false } } } : undefined,
    );
    const { missingPermissions } = await cluster.check(undefined, [
      { apiVersion: "apps/v1", kind: "Deployment" },
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
    ]);
    const missing = (words: RegExp) => missingPermissions.filter((one) => words.test(one)).length;
    assert.equal(missing(/^(create|patch|update|delete) (deployments.apps|namespaces|configmaps)$/), 12);
    assert.equal(missing(/ roles.rbac.authorization.k8s.io$/), 6);
    assert.equal(missing(/cronjobs|ingresses|secrets|clusterroles|nodes/), 0);
    assert.deepEqual([missing(/^(list|watch|get) pods$/), missing(/^create pods$/)], [3, 0]);
  });

  it("takes an API without access reviews at its word", async () => {
    api.answer((seen) => (seen.path.endsWith("reviews") ? notFound : undefined));
    assert.deepEqual((await cluster.check()).missingPermissions, []);
  });

  it("does not take any web server for a Kubernetes API", async () => {
    api.answer(() => ({ status: 200, body: {} }));
    await assert.rejects(cluster.check(), (error: Error) => {
      assert.ok(error instanceof ClusterError);
      assert.equal(error.cluster, "alpha");
      assert.match(error.message, /not a Kubernetes API/);
      return true;
    });
  });
});

function attributes(body: unknown): Readonly<Record<string, string>> {
  assert.ok(typeof body === "object" && body !== null);
  const { spec } = body as { spec: { resourceAttributes: Record<string, string> } };
  return spec.resourceAttributes;
}
