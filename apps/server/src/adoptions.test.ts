import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type Adoption, ApiProblem } from "@fairway/api";
import { isEndpointSlice, isService, type KubernetesObject } from "@fairway/objects";
import { eventually, release, rollOut } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const labels = { app: "old-shop" };

/** What somebody has deployed by hand, with a neighbour that has nothing to do with it. */
function old(namespace: string): readonly KubernetesObject[] {
  const workload = (name: string, app: string): KubernetesObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          serviceAccountName: name,
          containers: [{ name: "app", image: "shop:1", ports: [{ containerPort: 3000 }] }],
        },
      },
    },
  });
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { team: "a" } } },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "shop", namespace },
      automountServiceAccountToken: true,
    },
    workload("shop", "old-shop"),
    workload("neighbour", "neighbour"),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "shop", namespace, labels: { chart: "shop" } },
      spec: {
        type: "ClusterIP",
        selector: labels,
        ports: [{ name: "web", port: 80, targetPort: 3000, protocol: "TCP" }],
      },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "of-others", namespace }, data: { a: "b" } },
  ];
}

async function standing(namespace: string, which: readonly ("alpha" | "beta")[] = ["alpha", "beta"]): Promise<void> {
  for (const name of which) {
    for (const object of old(namespace)) server.clusters[name].applyAs("kubectl", object);
    await eventually(
      async () => takers(name, namespace),
      (found) => found.length === 2,
    );
  }
}

/** Names of the pods that the Service leads to. */
function takers(cluster: "alpha" | "beta", namespace: string): readonly string[] {
  return server.clusters[cluster]
    .objects(namespace)
    .filter(isEndpointSlice)
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "shop")
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ targetRef }) => targetRef?.name ?? "");
}

/** What is there, without what its controllers make. */
function content(cluster: "alpha" | "beta", namespace: string): readonly unknown[] {
  return server.clusters[cluster]
    .objects()
    .filter(({ kind, metadata }) => (kind === "Namespace" ? metadata.name : metadata.namespace) === namespace)
    .filter(({ kind }) => !["Pod", "ReplicaSet", "EndpointSlice"].includes(kind))
    .map(({ metadata: { name, labels, annotations, uid }, kind, ...rest }) => {
      const { status: _, ...said } = rest;
      return {
        ref: `${kind}/${name}`,
        uid: uid?.replace(cluster, ""),
        labels: labels ?? {},
        annotations: Object.keys(annotations ?? {}),
        said,
      };
    })
    .toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
}

async function begin(namespace: string): Promise<Adoption> {
  const { name } = await release(server.client, "shop", "// ours");
  return server.client.startAdoption({
    body: { service: "shop", release: name, from: { namespace, service: "shop" } },
  });
}

async function settled(number: number): Promise<Adoption> {
  return eventually(
    () => server.client.getAdoption({ params: { number } }),
    ({ state, endedAt }) => state === "moved" || endedAt !== undefined,
  );
}

const command = (type: "confirm" | "undo") =>
  server.client.commandAdoption({ params: { service: "shop" }, body: { command: { type } } });

async function refusal(promise: Promise<unknown>): Promise<ApiProblem> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof ApiProblem, String(error));
  return error;
}

for (const [where, namespace] of [
  ["its own namespace, by the same names", "shop"],
  ["another namespace", "legacy"],
] as const) {
  test(`a service in ${where} goes over in all clusters and back as it was, and over for good`, async () => {
    await standing(namespace);
    const before = content("alpha", namespace);
    const first = await settled((await begin(namespace)).number);
    assert.equal(first.state, "moved", first.reason);
    for (const cluster of ["alpha", "beta"] as const) {
      const leading = takers(cluster, namespace);
      assert.ok(leading.length > 0 && leading.every((name) => name.startsWith("shop-a-")), leading.join());
      const kept = server.clusters[cluster].objects(namespace).filter(({ kind }) => kind === "Deployment");
      assert.ok(
        kept.some(({ metadata }) => metadata.name === "shop"),
        "the way back is kept",
      );
    }

    const shown = await server.client.getService({ params: { service: "shop" } });
    assert.deepEqual(shown.adoption, { state: "moved", from: { namespace, service: "shop" } });
    const { name } = await release(server.client, "shop", "// ours, once more");
    assert.equal((await rollOut(server.client, "shop", name)).status, "succeeded");
    const removal = await refusal(server.client.removeService({ params: { service: "shop" } }));
    assert.equal(removal.code, "adoption-active");
    await eventually(
      async () => takers("alpha", namespace),
      (found) => found.length === 2 && found.every((one) => one.startsWith("shop-a-")),
    );

    await command("undo");
    const undone = await settled(first.number);
    assert.deepEqual([undone.state, undone.reason], ["undone", undefined]);
    assert.deepEqual(content("alpha", namespace), before);
    assert.deepEqual(takers("alpha", namespace).length, 2);

    const second = await settled((await begin(namespace)).number);
    assert.equal(second.state, "moved", second.reason);
    await command("confirm");
    const confirmed = await settled(second.number);
    assert.equal(confirmed.state, "confirmed", confirmed.reason);
    const left = server.clusters.alpha.objects(namespace);
    const has = (kind: string, name: string) => left.some((one) => one.kind === kind && one.metadata.name === name);
    assert.equal(has("Deployment", "shop"), false);
    assert.equal(has("Deployment", "neighbour"), true);
    assert.equal(has("ConfigMap", "of-others"), true);
    const services = left.filter(isService).map(({ metadata }) => metadata.labels?.["fairway.dev/service"]);
    assert.deepEqual(services, namespace === "shop" ? ["shop"] : []);

    const { number } = await server.client.removeService({ params: { service: "shop" } });
    await eventually(
      () => server.client.getRollout({ params: { number }, query: {} }),
      ({ status }) => status === "succeeded",
    );
    assert.ok(
      server.clusters.alpha.objects(namespace).some(({ metadata }) => metadata.name === "neighbour"),
      "what was there before stays when the service goes",
    );
  });
}

test("one cluster that cannot takes all back, and says why", async () => {
  await standing("legacy");
  const before = content("alpha", "legacy");
  const { number } = await begin("legacy");
  await eventually(
    () => server.client.getAdoption({ params: { number } }),
    ({ state }) => state === "beside",
  );
  const service = server.clusters.beta.objects("legacy").filter(isService)[0];
  assert.ok(service);
  server.clusters.beta.updateAs("kubectl-edit", { ...service, spec: { ...service.spec, sessionAffinity: "ClientIP" } });
  const failed = await settled(number);
  assert.equal(failed.state, "failed");
  assert.equal(failed.reason, "beta: Service/shop was changed since it was looked at");
  assert.deepEqual(
    takers("alpha", "legacy").map((name) => name.startsWith("shop-a-")),
    [false, false],
  );
  assert.deepEqual(content("alpha", "legacy"), before);
  assert.equal(server.clusters.alpha.objects("shop").length, 0, "ours is gone");
});

/** Takes the old Deployment away, as somebody else does. */
async function deleteOld(cluster: "alpha" | "beta", namespace: string): Promise<void> {
  await server.clusters[cluster].delete({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: "shop" }, {});
}

const allOurs = (cluster: "alpha" | "beta", namespace: string) =>
  eventually(
    async () => takers(cluster, namespace),
    (found) => found.length > 0 && found.every((name) => name.startsWith("shop-a-")),
  );

for (const namespace of ["shop", "legacy"])
  test(`an undo to a Deployment that is gone comes back, and says so; then it is undone or confirmed (namespace ${namespace})`, async () => {
    await standing(namespace);
    const { number } = await settled((await begin(namespace)).number);
    await deleteOld("beta", namespace);
    await command("undo");
    const back = await settled(number);
    assert.equal(back.state, "moved");
    assert.equal(
      back.reason,
      "beta: Deployment/shop is gone, and no pod is behind Service/shop: make that one again, and nothing beside it, and undo once more, or confirm",
    );
    const shown = await server.client.getService({ params: { service: "shop" }, query: {} });
    assert.equal(shown.adoption?.reason, back.reason);
    for (const cluster of ["alpha", "beta"] as const) await allOurs(cluster, namespace);

    const again = old(namespace).find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "shop");
    assert.ok(again);
    server.clusters.beta.applyAs("kubectl", again);
    await eventually(
      async () => server.clusters.beta.objects(namespace).filter(({ kind }) => kind === "Pod").length,
      (count) => count >= 3,
    );
    const sent = await eventually(
      async () => {
        if ((await server.client.getAdoption({ params: { number } })).state === "moved") await command("undo");
        return settled(number);
      },
      ({ state }) => state === "undone",
    );
    assert.equal(sent.reason, undefined);

    const second = await settled((await begin(namespace)).number);
    assert.equal(second.state, "moved", second.reason);
    await deleteOld("alpha", namespace);
    await command("undo");
    assert.match((await settled(second.number)).reason ?? "", /^alpha: Deployment\/shop is gone/);
    await command("confirm");
    assert.equal((await settled(second.number)).state, "confirmed");
  });

test("a cluster that has gone back and loses the old pods, while another one is silent, comes to ours once more", async () => {
  await standing("legacy");
  const { number } = await settled((await begin("legacy")).number);
  server.clusters.beta.cut();
  await command("undo");
  await eventually(
    async () => takers("alpha", "legacy"),
    (found) => found.length === 2 && !found.some((name) => name.startsWith("shop-a-")),
  );
  await eventually(
    () => server.client.getAdoption({ params: { number } }),
    ({ plan }) => plan.clusters.some(({ name, now }) => name === "alpha" && now?.state === "done"),
  );
  await deleteOld("alpha", "legacy");
  assert.match((await settled(number)).reason ?? "", /^alpha: Deployment\/shop is gone/);
  await allOurs("alpha", "legacy");
  server.clusters.beta.mend();
});

test("it goes on where it was when the server is started again", async () => {
  await standing("shop");
  const { number } = await begin("shop");
  for (let starts = 0; starts < 3; starts += 1) server = await server.restart();
  assert.equal((await settled(number)).state, "moved");
  await command("confirm");
  for (let starts = 0; starts < 3; starts += 1) server = await server.restart();
  assert.equal((await settled(number)).state, "confirmed");

  // What another server, which stood still until now and dies, writes of it.
  const late: KubernetesObject = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "fairway-shop-1",
      namespace: "shop",
      labels: { "kubernetes.io/service-name": "shop", "fairway.dev/adoption": String(number) },
    },
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.9"], targetRef: { kind: "Pod", name: "long-gone", namespace: "shop" } }],
    ports: [],
  };
  server.clusters.alpha.applyAs("fairway", late);
  server.clusters.alpha.cut();
  server = await server.restart();
  server.clusters.alpha.mend();
  await eventually(
    async () => takers("alpha", "shop"),
    (found) => found.length > 0 && !found.includes("long-gone"),
  );
});

test("what stops it is told together, and nothing is changed", async () => {
  await standing("legacy", ["alpha"]);
  server.clusters.alpha.applyAs("kubectl", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "shop-metrics", namespace: "legacy" },
    spec: { selector: labels, ports: [{ port: 9090 }] },
  });
  const before = content("alpha", "legacy");
  const problem = await refusal(begin("legacy"));
  assert.equal(problem.code, "adoption-not-possible");
  assert.deepEqual(
    problem.issues.map(({ code, cluster }) => [code, cluster]),
    [
      ["old-other-service", "alpha"],
      ["old-not-found", "beta"],
      ["old-in-some-clusters-only", undefined],
    ],
  );
  assert.deepEqual(content("alpha", "legacy"), before);
  const { name } = await release(server.client, "shop", "// ours");
  await rollOut(server.client, "shop", name);
  assert.match((await refusal(begin("legacy"))).title, /runs in prod already/);
  const never = await refusal(
    server.client.commandAdoption({ params: { service: "shop" }, body: { command: { type: "undo" } } }),
  );
  assert.equal(never.status, 404);
});
