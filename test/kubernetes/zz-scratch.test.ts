import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { constantRequests, requests } from "../traffic/answering.ts";
import { startGateway } from "./harness/gateway.ts";
import { startKubernetes } from "./harness/start-kubernetes.ts";

test("toggles", async (t) => {
  const { clusters, nodeImage, binaries, folder } = await startKubernetes(t, { kubelet: true });
  const [cluster] = clusters;
  assert.ok(cluster);
  const address = await startGateway(cluster, binaries, folder);
  const target = { address, host: "web.test" };
  for (const name of ["web", "web-a", "web-b"]) {
    const serve = `require("http").createServer((q, s) => s.end("${name}")).listen(8080)`;
    await cluster.kubectl(["create", "deployment", name, `--image=${nodeImage}`, "--", "node", "-e", serve]);
    await cluster.kubectl(["expose", "deployment", name, "--port=80", "--target-port=8080"]);
  }
  for (const name of ["web", "web-a", "web-b"]) await cluster.kubectl(["rollout", "status", `deployment/${name}`, "--timeout=90s"]);
  let generation = 0;
  const weigh = async (refs: Record<string, number>) => {
    const body = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "web" },
      spec: {
        parentRefs: [{ name: "contour", namespace: "projectcontour" }],
        hostnames: ["web.test"],
        rules: [{ backendRefs: Object.entries(refs).map(([name, weight]) => ({ name, port: 80, weight })) }],
      },
    };
    const path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes/web";
    const answer = await cluster.client.request("PATCH", `${path}?fieldManager=test&force=true`, { body, contentType: "application/apply-patch+yaml" });
    assert.ok(answer.code < 300);
    generation += 1;
    const begun = Date.now();
    for (;;) {
      const { body: read } = await cluster.client.request("GET", path) as { body: any };
      const route = typeof read === "string" ? JSON.parse(read) : read;
      const conditions = route.status?.parents?.[0]?.conditions ?? [];
      if (["Accepted", "ResolvedRefs"].every((type) => conditions.some((c: any) => c.type === type && c.observedGeneration >= route.metadata.generation && c.status === "True"))) break;
      await pause(20);
    }
    return Date.now() - begun;
  };
  await weigh({ web: 1 });
  while ((await requests(target, 1)).failed.length > 0) await pause(200);
  for (const [title, shapes] of [
    ["straight", [{ web: 1 }, { "web-a": 50, "web-b": 50 }]],
    ["made before broken", [{ web: 1 }, { web: 1, "web-a": 0, "web-b": 0 }, { web: 0, "web-a": 50, "web-b": 50 }, { web: 1, "web-a": 0, "web-b": 0 }]],
  ] as const) {
    const load = constantRequests(target, 250);
    const taken: number[] = [];
    const late: number[] = [];
    for (let index = 0; index < 24; index += 1) {
      for (const shape of shapes) {
        taken.push(await weigh(shape as Record<string, number>));
        // How long others still answer.
        const wanted = Object.entries(shape).filter(([, weight]) => weight > 0).map(([name]) => name);
        const begun = Date.now();
        let last = begun;
        for (let n = 0; n < 12; n += 1) {
          const { answers } = await requests(target, 16);
          if (Object.keys(answers).some((name) => !wanted.includes(name))) last = Date.now();
        }
        late.push(last - begun);
        await pause(150);
      }
    }
    const { failed, answers } = await load.stop();
    console.error(title, JSON.stringify({ switches: taken.length, failed: failed.length, sample: failed.slice(0, 3), answers, statusAfter: [Math.min(...taken), Math.max(...taken)], oldAfterStatus: late.toSorted((a, b) => b - a).slice(0, 5) }));
  }
});
