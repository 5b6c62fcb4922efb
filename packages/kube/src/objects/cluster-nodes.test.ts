import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type FakeApi, fakeObject, startFakeApi } from "../testing/fake-api.ts";

const autoscaler = "/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status";
const refusal = {
  status: 403,
  body: { kind: "Status", code: 403, message: 'nodes is forbidden: User "u" cannot list resource "nodes"' },
};

let api: FakeApi;
let cluster: ConnectedCluster;

beforeEach(async () => {
  api = await startFakeApi();
  cluster = await connectCluster({ name: "alpha", kubeconfig: api.kubeconfig, firstWaitMilliseconds: 1 });
  api.answer(({ path }) => (path === autoscaler ? { status: 404, body: { kind: "Status", code: 404 } } : undefined));
});
afterEach(async () => {
  cluster.close();
  await api.close();
});

function node(name: string, labels: Readonly<Record<string, string>> = {}) {
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels } };
}

describe("nodes", () => {
  it("come with the pods that have not ended, and rollouts side by side ask once", async () => {
    api.setList("nodes", [node("n1")], "5");
    api.setList(
      "pods",
      [fakeObject("Pod", "a", "1"), fakeObject("Pod", "b", "2", { status: { phase: "Failed" } })],
      "5",
    );
    const [one, other] = await Promise.all([cluster.nodes(), cluster.nodes()]);
    assert.equal(one, other);
    assert.deepEqual(
      one?.nodes.map(({ metadata }) => metadata.name),
      ["n1"],
    );
    assert.deepEqual(
      one.pods?.map(({ metadata }) => metadata.name),
      ["a"],
    );
    assert.equal(one.grows, false);
    assert.equal(api.seen.length, 3);
  });

  it("of a large cluster come without its pods", async () => {
    api.setList(
      "nodes",
      Array.from({ length: 51 }, (_, at) => node(`n${at}`)),
      "5",
    );
    assert.equal((await cluster.nodes())?.pods, undefined);
    assert.ok(!api.seen.some(({ path }) => path.endsWith("/pods")));
  });

  it("grow where an autoscaler tells of itself, by its status or by marks on nodes", async () => {
    api.setList("nodes", [node("n1", { "karpenter.sh/nodepool": "all" })], "5");
    assert.equal((await cluster.nodes())?.grows, true);
    api.answer(({ path }) =>
      path === autoscaler ? { status: 200, body: fakeObject("ConfigMap", "s", "1") } : undefined,
    );
    api.setList("nodes", [node("n1")], "5");
    const again = await connectCluster({ name: "alpha", kubeconfig: api.kubeconfig });
    assert.equal((await again.nodes())?.grows, true);
    again.close();
  });

  it("are not seen by an account that may not list them, which is no trouble; one that failed is asked again", async () => {
    api.answer(({ path }) => (path.endsWith("/nodes") ? refusal : undefined));
    assert.equal(await cluster.nodes(), undefined);
    const other = await connectCluster({
      name: "alpha",
      kubeconfig: api.kubeconfig,
      firstWaitMilliseconds: 1,
      deadlineMilliseconds: 300,
    });
    api.answer(() => "reset");
    await assert.rejects(other.nodes(), { code: "unreachable" });
    api.answer(({ path }) => (path.endsWith("/nodes") ? refusal : undefined));
    assert.equal(await other.nodes(), undefined);
    other.close();
  });
});
