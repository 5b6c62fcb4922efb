/** A live service of somebody else moves under Fairway in embedded clusters, and the server is killed on the way. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { type ConnectedCluster, connectCluster } from "@fairway/kube";
import { isDeployment, type KubernetesObject, parseObject } from "@fairway/objects";
import { constantRequests, requests } from "../traffic/answering.ts";
import { eventually, startPlatform, writeService } from "./platform.ts";

const program = `
const server = require("node:http").createServer((_, response) => setTimeout(() => response.end(process.env.RELEASE), 20));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;
const appToml = (name: string, release: string) => `name = "${name}"
replicas = 2
[engine]
name = "node"
[env]
RELEASE = "${release}"
[[public]]
host = "${name}.test"
`;
const namespace = "legacy";

/** What somebody has deployed by hand: the pods run as those of a service that is there. */
async function deployOld(cluster: ConnectedCluster): Promise<void> {
  const found = await cluster.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: "model", name: "model-a" });
  assert.ok(found !== undefined && isDeployment(found));
  const [container] = found.spec?.template.spec?.containers ?? [];
  assert.ok(container);
  const { name, image, command, args, ports, readinessProbe } = container;
  const env = [{ name: "RELEASE", value: "old" }];
  const labels = { app: "basket" };
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "basket", namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name, image, command, args, ports, readinessProbe, env }] },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "basket", namespace },
      spec: { selector: labels, ports: [{ name: "web", port: 80, targetPort: "http" }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "basket", namespace },
      spec: {
        rules: [
          {
            host: "basket.test",
            http: {
              paths: [
                { path: "/", pathType: "Prefix", backend: { service: { name: "basket", port: { number: 80 } } } },
              ],
            },
          },
        ],
      },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "of-others", namespace }, data: { a: "b" } },
  ];
  for (const one of objects) await cluster.apply(objectOf(one), { manager: "kubectl" });
}

function objectOf(value: unknown): KubernetesObject {
  const parsed = parseObject(JSON.parse(JSON.stringify(value)));
  assert.ok(parsed.ok);
  return parsed.object;
}

test("a service goes over and back and over for good, and no request fails", async (t) => {
  const platform = await startPlatform(t);
  const fairway = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await platform.fairway(args);
    assert.equal(code, 0, `fairway ${args.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  };
  const write = (name: string, release: string) =>
    writeService(platform, name, { "app.toml": appToml(name, release), "index.js": program });
  await fairway("deploy", await write("model", "model"));
  const { hosts } = await platform.client.edgeRoutes();
  const targets = (hosts.find(({ host }) => host === "model.test")?.backends ?? []).map(({ address }) => ({
    ...{ address, host: "basket.test" },
  }));
  assert.equal(targets.length, 2);
  for (const name of ["alpha", "beta"]) {
    const kubeconfig = await readFile(path.join(platform.home, "clusters", name, "kubeconfig"), "utf8");
    const cluster = await connectCluster({ name, kubeconfig });
    await deployOld(cluster);
    cluster.close();
  }
  const only = async (answer: string) => {
    for (const target of targets)
      await eventually(
        `${target.address} says ${answer}`,
        async () => (await requests(target, 20)).answers[answer] === 20,
      );
  };
  await only("old");
  const folder = await write("basket", "ours-1");
  const loads = targets.map((target) => constantRequests(target, 20));
  try {
    const adopt = ["adopt", "basket", "--from", "legacy/basket", "--dir", folder];
    assert.match(await fairway(...adopt, "--dry-run"), /left alone|stands for/);
    await fairway(...adopt, "--yes");
    await only("ours-1");
    await fairway("deploy", await write("basket", "ours-2"));
    await only("ours-2");
    await fairway("adopt", "undo", "basket", "--yes");
    await only("old");
    await fairway(...adopt, "--yes", "--no-wait");
    process.kill(platform.pids["server"] ?? 0, "SIGKILL");
    await eventually(
      "it has moved",
      async () => (await platform.client.listAdoptions({ query: {} })).items[0]?.state === "moved",
      120,
    );
    await only("ours-2");
    await fairway("adopt", "confirm", "basket", "--yes");
    await only("ours-2");
  } finally {
    const heard = await Promise.all(loads.map((load) => load.stop()));
    t.diagnostic(JSON.stringify(heard.map(({ answers, failed }) => [answers, failed.length])));
    assert.deepEqual(
      heard.flatMap(({ failed }) => failed),
      [],
    );
  }
  const kubeconfig = await readFile(path.join(platform.home, "clusters/alpha/kubeconfig"), "utf8");
  const alpha = await connectCluster({ name: "alpha", kubeconfig });
  for (const [apiVersion, kind] of [
    ["apps/v1", "Deployment"],
    ["v1", "Service"],
    ["networking.k8s.io/v1", "Ingress"],
  ] as const)
    assert.deepEqual(await alpha.list({ apiVersion, kind, namespace }), [], kind);
  const kept = await alpha.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "of-others" });
  assert.ok(kept, "what is of others stays");
  alpha.close();
});
