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
/** By kubectl, in a namespace of its own; and by Helm, with the names that ours has. */
const places = [
  { name: "basket", namespace: "legacy", manager: "kubectl" },
  { name: "wares", namespace: "wares", manager: "helm" },
] as const;

/** What somebody has deployed by hand: the pods run as those of a service that is there. */
async function deployOld(
  cluster: ConnectedCluster,
  { name: service, namespace, manager }: (typeof places)[number],
): Promise<void> {
  const found = await cluster.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: "model", name: "model-a" });
  assert.ok(found !== undefined && isDeployment(found));
  const [container] = found.spec?.template.spec?.containers ?? [];
  assert.ok(container);
  const { name, image, command, args, ports, readinessProbe } = container;
  const env = [{ name: "RELEASE", value: "old" }];
  const annotations: Record<string, string> = manager === "helm" ? { "meta.helm.sh/release-name": service } : {};
  const labels = { app: service };
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: service, namespace, annotations },
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
      metadata: { name: service, namespace, annotations },
      spec: { selector: labels, ports: [{ name: "web", port: 80, targetPort: "http" }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: service, namespace, annotations },
      spec: {
        rules: [
          {
            host: `${service}.test`,
            http: {
              paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: service, port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "of-others", namespace }, data: { a: "b" } },
  ];
  for (const one of objects) await cluster.apply(objectOf(one), { manager });
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
  const gateways = (hosts.find(({ host }) => host === "model.test")?.backends ?? []).map(({ address }) => address);
  const targets = gateways.flatMap((address) => places.map(({ name }) => ({ address, host: `${name}.test` })));
  assert.equal(targets.length, 4);
  for (const name of ["alpha", "beta"]) {
    const kubeconfig = await readFile(path.join(platform.home, "clusters", name, "kubeconfig"), "utf8");
    const cluster = await connectCluster({ name, kubeconfig });
    for (const place of places) await deployOld(cluster, place);
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
  const folders = await Promise.all(places.map(({ name }) => write(name, "ours-1")));
  const loads = targets.map((target) => constantRequests(target, 10));
  const adopt = (at: number, ...more: readonly string[]) => {
    const { name, namespace, manager } = places[at] ?? assert.fail();
    const from = manager === "helm" ? ["--helm", name, "-n", namespace] : ["--from", `${namespace}/${name}`];
    return fairway("adopt", name, ...from, "--dir", folders[at] ?? "", ...more);
  };
  try {
    assert.match(await adopt(0, "--dry-run"), /leads to the pods of ours/);
    assert.match(await adopt(1, "--dry-run"), /made by Helm release wares/);
    for (const at of places.keys()) await adopt(at, "--yes");
    await only("ours-1");
    for (const { name } of places) await fairway("deploy", await write(name, "ours-2"));
    await only("ours-2");
    for (const { name } of places) await fairway("adopt", "undo", name, "--yes");
    await only("old");
    for (const at of places.keys()) await adopt(at, "--yes", "--no-wait");
    process.kill(platform.pids["server"] ?? 0, "SIGKILL");
    await eventually(
      "both have moved",
      async () =>
        (await platform.client.listAdoptions({ query: {} })).items.slice(0, 2).every(({ state }) => state === "moved"),
      180,
    );
    await only("ours-2");
    for (const { name } of places) await fairway("adopt", "confirm", name, "--yes");
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
  const names = async (apiVersion: string, kind: string, namespace: string) =>
    (await alpha.list({ apiVersion, kind, namespace })).map(({ metadata }) => metadata.name);
  for (const { namespace } of places) {
    const ours = namespace === "wares";
    assert.deepEqual(await names("apps/v1", "Deployment", namespace), ours ? ["wares-a"] : []);
    assert.deepEqual(await names("v1", "Service", namespace), ours ? ["wares"] : []);
    assert.deepEqual(await names("networking.k8s.io/v1", "Ingress", namespace), ours ? ["wares"] : []);
    assert.ok((await names("v1", "ConfigMap", namespace)).includes("of-others"), "what is of others stays");
  }
  alpha.close();
});
