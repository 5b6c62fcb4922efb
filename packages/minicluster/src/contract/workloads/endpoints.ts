import assert from "node:assert/strict";
import { type Endpoint, type EndpointSlice, isReady } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { deployments, endpointSlices, pods, type Stage, services, stageIn } from "../stage.ts";
import { container, idle, listening, pod, serving, workload } from "./objects.ts";

const ports = [{ name: "http", port: 80, targetPort: "http" }];

/** EndpointSlices follow the pods of a Service through readiness and termination. */
export function endpointCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a pod is an endpoint of its Service, ready when it is", async (stage) => {
    const readinessProbe = { httpGet: { path: "/", port: "http" }, periodSeconds: 1, failureThreshold: 1 };
    const recording = await stage.record(endpointSlices);
    await stage.create(services, {
      metadata: { name: "web", labels: { team: "a" } },
      spec: { selector: { app: "web" }, ports },
    });
    const script = serving("age < 2000 ? 503 : 200");
    await stage.create(pods, pod("p", [listening(stage, script, { readinessProbe })], {}, { labels: { app: "web" } }));
    const ready = await ofPod(stage, "p", (endpoint) => endpoint.conditions?.ready === true);
    const states = () => recording.seen.flatMap(({ object }) => (object.endpoints ?? []).map(stateOf));
    await recording.until("ready", () => states().at(-1) === "ready serving");
    recording.close();
    assert.equal(states()[0], "unready");
    const stored = await stage.get(pods, "p");
    assert.deepEqual(ready.endpoint.targetRef, {
      kind: "Pod",
      name: "p",
      namespace: stage.namespace,
      uid: stored?.metadata.uid,
    });
    assert.deepEqual(ready.endpoint.addresses, [stored?.status?.podIP]);
    assert.equal(ready.endpoint.nodeName, stored?.spec?.nodeName);
    const { slice } = ready;
    assert.deepEqual(
      ["kubernetes.io/service-name", "endpointslice.kubernetes.io/managed-by", "team"].map(
        (label) => slice.metadata.labels?.[label],
      ),
      ["web", "endpointslice-controller.k8s.io", "a"],
    );
    assert.deepEqual([slice.ports?.length, slice.ports?.[0]?.name, slice.ports?.[0]?.protocol], [1, "http", "TCP"]);
    assert.equal(slice.addressType, "IPv4");
    const [owner] = slice.metadata.ownerReferences ?? [];
    assert.deepEqual([owner?.kind, owner?.name, owner?.controller], ["Service", "web", true]);
  });

  test("an endpoint that loses its readiness stays, unready", async (stage) => {
    const readinessProbe = { httpGet: { path: "/", port: "http" }, periodSeconds: 1, failureThreshold: 1 };
    await stage.create(services, { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } });
    const script = serving("++asked > 3 ? 503 : 200", "let asked = 0;");
    await stage.create(pods, pod("p", [listening(stage, script, { readinessProbe })], {}, { labels: { app: "web" } }));
    await ofPod(stage, "p", (endpoint) => endpoint.conditions?.ready === true);
    const lost = await ofPod(stage, "p", (endpoint) => endpoint.conditions?.ready === false);
    assert.equal(stateOf(lost.endpoint), "unready");
  });

  test("a pod that ends is terminating, serves on, and then is no endpoint any more", async (stage) => {
    const readinessProbe = { httpGet: { path: "/", port: "http" }, periodSeconds: 1 };
    await stage.create(services, { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } });
    const script = serving("200").replace("process.exit(0)", "setTimeout(() => process.exit(0), 2500)");
    const one = listening(stage, script, { readinessProbe });
    await stage.create(pods, pod("p", [one], { terminationGracePeriodSeconds: 20 }, { labels: { app: "web" } }));
    await ofPod(stage, "p", (endpoint) => endpoint.conditions?.ready === true);
    await stage.remove(pods, "p");
    const ending = await ofPod(stage, "p", (endpoint) => endpoint.conditions?.terminating === true);
    assert.equal(stateOf(ending.endpoint), "serving terminating");
    await stage.untilGone(pods, "p");
    await stage.eventually("no endpoint is left", async () => (await endpointsOf(stage)).length === 0);
  });

  test("a Service gets and loses endpoints as labels and selectors change", async (stage) => {
    await stage.create(services, { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } });
    for (const name of ["a", "b"]) {
      await stage.create(pods, pod(name, [listening(stage, idle)], {}, { labels: { app: "web", name } }));
      await stage.until(pods, name, "ready", isReady);
    }
    const names = async () =>
      (await endpointsOf(stage))
        .map(({ targetRef }) => targetRef?.name)
        .toSorted()
        .join(" ");
    await stage.eventually("both", async () => (await names()) === "a b");
    await stage.patch(pods, "a", { metadata: { labels: { app: "other" } } });
    await stage.eventually("one left", async () => (await names()) === "b");
    await stage.patch(services, "web", { spec: { selector: { app: "other" } } });
    await stage.eventually("the other", async () => (await names()) === "a");
    await stage.remove(services, "web");
    await stage.eventually("no slice is left", async () => (await stage.list(endpointSlices)).length === 0);
  });

  test("publishNotReadyAddresses makes unready pods ready endpoints", async (stage) => {
    const spec = { selector: { app: "web" }, ports, publishNotReadyAddresses: true };
    await stage.create(services, { metadata: { name: "web" }, spec });
    const readinessProbe = { exec: { command: ["node", "-e", "process.exit(1)"] }, periodSeconds: 1 };
    await stage.create(pods, pod("p", [listening(stage, idle, { readinessProbe })], {}, { labels: { app: "web" } }));
    await ofPod(stage, "p", (endpoint) => endpoint.conditions?.ready === true);
  });

  test("a Service without a selector gets no slices, one without pods an empty one", async (stage) => {
    await stage.create(services, { metadata: { name: "none" }, spec: { ports } });
    await stage.create(services, { metadata: { name: "empty" }, spec: { selector: { app: "nobody" }, ports } });
    const slice = await stage.eventually("the empty one", async () => (await stage.list(endpointSlices))[0]);
    assert.equal(slice.metadata.labels?.["kubernetes.io/service-name"], "empty");
    assert.deepEqual(slice.endpoints ?? [], []);
    assert.equal((await stage.list(endpointSlices)).length, 1);
  });

  test("a finished pod is no ready endpoint", async (stage) => {
    await stage.create(services, { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } });
    await stage.create(
      pods,
      pod(
        "p",
        [container(stage, "setTimeout(() => {}, 1500)", { ports: [{ name: "http", containerPort: 8080 }] })],
        { restartPolicy: "Never" },
        { labels: { app: "web" } },
      ),
    );
    await stage.eventually("an endpoint", async () => (await endpointsOf(stage)).length === 1);
    await stage.until(pods, "p", "ended", (p) => p.status?.phase === "Succeeded");
    await stage.eventually("none ready", async () =>
      (await endpointsOf(stage)).every(({ conditions }) => !conditions?.ready && !conditions?.serving),
    );
  });

  test("through a rollout there is always a ready endpoint", async (stage) => {
    const readinessProbe = { httpGet: { path: "/", port: "http" }, periodSeconds: 1 };
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    const one = (script: string) =>
      listening(stage, script, { readinessProbe, lifecycle: { preStop: { sleep: { seconds: 1 } } } });
    await stage.create(services, { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } });
    await stage.create(
      deployments,
      workload("web", one(serving("200")), { replicas: 2, strategy }, { terminationGracePeriodSeconds: 5 }),
    );
    await stage.eventually(
      "two",
      async () => (await endpointsOf(stage)).filter(({ conditions }) => conditions?.ready).length === 2,
    );
    const first = new Set((await endpointsOf(stage)).map(({ targetRef }) => targetRef?.name));
    const current = new Map((await stage.list(endpointSlices)).map((slice) => [slice.metadata.name, slice]));
    const recording = await stage.record(endpointSlices);
    await stage.patch(deployments, "web", {
      spec: { template: { spec: { containers: [one(`${serving("200")} // new`)] } } },
    });
    await stage.eventually("only new ones", async () => {
      const all = await endpointsOf(stage);
      return (
        all.length === 2 && all.every(({ targetRef, conditions }) => conditions?.ready && !first.has(targetRef?.name))
      );
    });
    recording.close();
    for (const { type, object } of recording.seen) {
      if (type === "DELETED") current.delete(object.metadata.name);
      else current.set(object.metadata.name, object);
      const ready = [...current.values()]
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready);
      assert.ok(ready.length >= 1, "no ready endpoint for a moment");
    }
  });
}

async function endpointsOf(stage: Stage): Promise<readonly Endpoint[]> {
  return (await stage.list(endpointSlices)).flatMap(({ endpoints }) => endpoints ?? []);
}

async function ofPod(
  stage: Stage,
  name: string,
  condition: (endpoint: Endpoint) => boolean,
): Promise<{ readonly slice: EndpointSlice; readonly endpoint: Endpoint }> {
  return stage.eventually(`the endpoint of ${name}`, async () => {
    for (const slice of await stage.list(endpointSlices)) {
      const endpoint = slice.endpoints?.find(({ targetRef }) => targetRef?.name === name);
      if (endpoint && condition(endpoint)) return { slice, endpoint };
    }
    return undefined;
  });
}

function stateOf({ conditions }: Endpoint): string {
  const { ready, serving: serves, terminating } = conditions ?? {};
  return (
    [ready ? "ready" : "", serves ? "serving" : "", terminating ? "terminating" : ""].filter(Boolean).join(" ") ||
    "unready"
  );
}
