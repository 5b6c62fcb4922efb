/** The harness itself: what the other tests of this suite rest on. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startFakeNodes } from "./harness/fake-nodes.ts";
import { startGateway } from "./harness/gateway.ts";
import { startKubernetes } from "./harness/start-kubernetes.ts";

test("two clusters with nodes: pods run, services answer, names resolve, each cluster for itself", async (t) => {
  const { clusters, nodeImage } = await startKubernetes(t, { clusters: 2, kubelet: true });
  for (const cluster of clusters) {
    const serve = `require("http").createServer((q, s) => s.end("${cluster.name}")).listen(8080)`;
    await cluster.kubectl(["create", "deployment", "web", `--image=${nodeImage}`, "--", "node", "-e", serve]);
    await cluster.kubectl(["expose", "deployment", "web", "--port=80", "--target-port=8080"]);
    await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=90s"]);
    const address = await cluster.kubectl(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"]);
    assert.equal(await until(() => ask(`http://${address}/`)), cluster.name);
    const ask80 = 'fetch("http://web.default.svc.cluster.local").then((r) => r.text()).then(console.log)';
    await cluster.kubectl(["create", "job", "ask", `--image=${nodeImage}`, "--", "node", "-e", ask80]);
    await cluster.kubectl(["wait", "--for=condition=Complete", "job/ask", "--timeout=90s"]);
    assert.equal((await cluster.kubectl(["logs", "job/ask"])).trim(), cluster.name);
  }
});

test("a Gateway shares requests out by the weights of an HTTPRoute", async (t) => {
  const { clusters, nodeImage, binaries, folder } = await startKubernetes(t, { kubelet: true });
  const [cluster] = clusters;
  assert.ok(cluster);
  const gateway = await startGateway(cluster, binaries, folder);
  for (const name of ["first", "second"]) {
    const serve = `require("http").createServer((q, s) => s.end("${name}")).listen(8080)`;
    await cluster.kubectl(["create", "deployment", name, `--image=${nodeImage}`, "--", "node", "-e", serve]);
    await cluster.kubectl(["expose", "deployment", name, "--port=80", "--target-port=8080"]);
  }
  const route = (first: number, second: number) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "web" },
    spec: {
      parentRefs: [{ name: "contour", namespace: "projectcontour" }],
      hostnames: ["web.test"],
      rules: [
        {
          backendRefs: [
            { name: "first", port: 80, weight: first },
            { name: "second", port: 80, weight: second },
          ],
        },
      ],
    },
  });
  const path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes/web?fieldManager=test&force=true";
  const weigh = (first: number, second: number) =>
    cluster.client.request("PATCH", path, { body: route(first, second), contentType: "application/apply-patch+yaml" });
  assert.equal((await weigh(1, 0)).code, 201);
  for (const name of ["first", "second"]) {
    await cluster.kubectl(["rollout", "status", `deployment/${name}`, "--timeout=90s"]);
  }
  await until(async () => ((await askGateway(gateway, "web.test")) === "first" ? true : undefined));
  assert.equal((await weigh(1, 1)).code, 200);
  await until(async () => ((await askGateway(gateway, "web.test")) === "second" ? true : undefined));
});

test("fake nodes take pods and say that these run", async (t) => {
  const { clusters, binaries } = await startKubernetes(t);
  const [cluster] = clusters;
  assert.ok(cluster);
  await startFakeNodes(cluster, binaries, 20);
  await cluster.kubectl(["create", "deployment", "many", "--image=none", "--replicas=100"]);
  await cluster.kubectl(["rollout", "status", "deployment/many", "--timeout=120s"]);
});

test("programs are stopped, started, and taken back to a backup", async (t) => {
  const [cluster] = (await startKubernetes(t)).clusters;
  assert.ok(cluster);
  await cluster.kubectl(["create", "configmap", "before"]);
  await cluster.backUp();
  await cluster.kubectl(["create", "configmap", "after"]);
  await cluster.stop("kube-apiserver", "SIGKILL");
  await assert.rejects(cluster.client.request("GET", "/readyz"));
  await cluster.start("kube-apiserver");
  assert.match(await cluster.kubectl(["get", "configmaps", "-o", "name"]), /configmap\/after/);
  await cluster.restore();
  const names = await cluster.kubectl(["get", "configmaps", "-o", "name"]);
  assert.match(names, /configmap\/before/);
  assert.doesNotMatch(names, /configmap\/after/);
});

test("while the kubelet is away containers go on and nothing new starts; when it is back, what waited runs", async (t) => {
  const { clusters, nodeImage } = await startKubernetes(t, { kubelet: true });
  const [cluster] = clusters;
  assert.ok(cluster);
  const serve = `require("http").createServer((q, s) => s.end("up")).listen(8080)`;
  const create = (name: string) =>
    cluster.kubectl(["run", name, `--image=${nodeImage}`, "--restart=Never", "--", "node", "-e", serve]);
  const field = (pod: string, path: string) => cluster.kubectl(["get", "pod", pod, "-o", `jsonpath={${path}}`]);
  await create("old");
  await cluster.kubectl(["wait", "--for=condition=Ready", "pod/old", "--timeout=90s"]);
  const address = `http://${await field("old", ".status.podIP")}:8080/`;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const name = `new-${signal.toLowerCase()}`;
    await cluster.stop("kubelet", signal);
    await create(name);
    await cluster.kubectl(["wait", "--for=condition=PodScheduled", `pod/${name}`, "--timeout=60s"]);
    assert.equal(await ask(address), "up");
    assert.equal(await field(name, ".status.startTime"), "", "nobody has taken it up");
    await cluster.start("kubelet");
    await cluster.kubectl(["wait", "--for=condition=Ready", `pod/${name}`, "--timeout=90s"]);
    assert.equal(await ask(address), "up");
    assert.equal(await field("old", ".status.containerStatuses[0].restartCount"), "0");
  }
});

test("a run that is killed leaves no process, and its place is clean for the next", async (t) => {
  const script = new URL("../../scripts/start-kubernetes.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--no-warnings", script, "1", "control"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let kubeconfig = "";
  for await (const line of createInterface({ input: child.stdout })) {
    kubeconfig = /KUBECONFIG=(\S+)/.exec(line)?.[1] ?? "";
    break;
  }
  assert.ok(existsSync(kubeconfig), "it is up");
  const folder = kubeconfig.replace(/\/[^/]+$/, "");
  assert.ok(processesOf(folder).length > 3);
  await killed(child);
  await until(async () => (processesOf(folder).length === 0 ? true : undefined));

  const { clusters } = await startKubernetes(t);
  assert.equal((await clusters[0]?.client.request("GET", "/readyz"))?.code, 200);
});

/** Command lines of all processes that name a folder. */
function processesOf(folder: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .filter((command) => command.includes(`${folder}/`));
}

function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  return ended;
}

/** One request through a gateway; undefined while it does not answer with 200. */
function askGateway(address: string, host: string): Promise<string | undefined> {
  const [hostname, port] = address.split(":");
  return new Promise((resolve) => {
    const outgoing = request({ host: hostname, port, headers: { host }, timeout: 5_000, agent: false }, (answer) => {
      void text(answer).then((body) => resolve(answer.statusCode === 200 ? body : undefined));
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => resolve(undefined)).end();
  });
}

function ask(url: string): Promise<string | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.text(),
    () => undefined,
  );
}

async function until<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, "not within a minute");
    await pause(50);
  }
}
