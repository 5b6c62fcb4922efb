/** Live services of others move under Fairway in real clusters, and nobody who calls them notices. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { checkout, eventually, writeService } from "../e2e/platform.ts";
import { constantRequests, type Load, requests, type Target } from "../traffic/answering.ts";
import { environment, type RealPlatform, startRealPlatform } from "./fairway.ts";
import type { KubernetesCluster } from "./harness/start-kubernetes.ts";
import { serviceTarget } from "./service-target.ts";

const execute = promisify(execFile);
const perSecond = 30;
const env = ["--env", environment];

/** Answers after a moment, so that some requests are always under way, and ends in order. */
const program = `
const server = require("node:http").createServer((_, response) => setTimeout(() => response.end(process.env.RELEASE), 20));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;

/** What a team has written itself: named ports, an account, a budget; and a neighbour, which is none of ours. */
function manifests(name: string, namespace: string, image: string): string {
  const workload = (of: string, account: string, extra: object) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: of, namespace },
    spec: {
      replicas: of === name ? 2 : 1,
      selector: { matchLabels: { app: of } },
      template: {
        metadata: { labels: { app: of } },
        spec: {
          serviceAccountName: account,
          containers: [
            {
              name: "app",
              image,
              command: ["node", "-e", program],
              env: [
                { name: "PORT", value: "3000" },
                { name: "RELEASE", value: "old" },
              ],
              ports: [{ name: "web", containerPort: 3000 }],
              readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
              ...extra,
            },
          ],
        },
      },
    },
  });
  const objects = [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `${name}-settings`, namespace }, data: { LEVEL: "info" } },
    workload(name, name, { envFrom: [{ configMapRef: { name: `${name}-settings` } }] }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, annotations: { "example.com/note": "keep" } },
      spec: { selector: { app: name }, sessionAffinity: "None", ports: [{ name: "web", port: 80, targetPort: "web" }] },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
    },
    workload("neighbour", "default", {}),
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "of-others", namespace }, data: { a: "b" } },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "of-others", namespace }, stringData: { a: "b" } },
  ];
  return objects.map((one) => JSON.stringify(one)).join("\n---\n");
}

describe("a live service of somebody else in real clusters", () => {
  const cleanUps: (() => Promise<void>)[] = [];
  let real: RealPlatform;
  let clusters: readonly KubernetesCluster[];
  /** By name: where its callers go in each cluster. */
  const targets: Record<string, readonly Target[]> = {};

  before(async () => {
    real = await startRealPlatform({ after: (work) => cleanUps.push(work) });
    clusters = real.kubernetes.clusters;
    const { folder } = real.platform;
    const helm = path.join(checkout, "node_modules/.cache/fairway/helm");
    if (!existsSync(helm)) execFileSync(process.execPath, [path.join(checkout, "scripts/fetch-kubectl.ts")]);
    const chart = path.join(folder, "chart");
    await mkdir(path.join(chart, "templates"), { recursive: true });
    await writeFile(path.join(chart, "Chart.yaml"), "apiVersion: v2\nname: wares\nversion: 0.1.0\n");
    await writeFile(path.join(chart, "templates/all.yaml"), manifests("wares", "wares", real.kubernetes.nodeImage));
    const file = path.join(folder, "basket.yaml");
    await writeFile(file, manifests("basket", "legacy", real.kubernetes.nodeImage));
    for (const cluster of clusters) {
      await cluster.kubectl(["create", "namespace", "legacy"]);
      await cluster.kubectl(["apply", "-f", file]);
      await execute(helm, [
        ...["install", "wares", chart, "--namespace", "wares", "--create-namespace"],
        ...["--kubeconfig", cluster.kubeconfigPath],
      ]);
    }
    for (const cluster of clusters) {
      for (const [name, namespace] of places)
        await cluster.kubectl(["rollout", "status", `deployment/${name}`, "-n", namespace, "--timeout=120s"]);
    }
    for (const [name, namespace] of places)
      targets[name] = await Promise.all(clusters.map((cluster) => serviceTarget(cluster, name, namespace)));
  });
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  const places = [
    ["basket", "legacy"],
    ["wares", "wares"],
  ] as const;

  /** What is to stay as it is, by uid and specification. */
  async function bystanders(cluster: KubernetesCluster, namespace: string): Promise<string> {
    const path =
      'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}';
    const kinds = ["deployment/neighbour", "configmap/of-others", "secret/of-others", "serviceaccount/default"];
    return cluster.kubectl(["get", ...kinds, "-n", namespace, "-o", path]);
  }

  /** Everybody hears this, and nothing else. */
  async function only(answer: string): Promise<void> {
    for (const target of Object.values(targets).flat()) {
      await eventually(`${target.host} at ${target.address} says ${answer}`, async () => {
        const { answers } = await requests(target, 20);
        return answers[answer] === 20;
      });
    }
  }

  const write = (release: string) =>
    Promise.all(
      places.map(([name]) =>
        writeService(real.platform, name, {
          "app.toml": `name = "${name}"\nreplicas = 2\n[engine]\nname = "node"\n[env]\nRELEASE = "${release}"\n`,
          "index.js": program,
        }),
      ),
    );
  const dir = (name: string) => ["--dir", path.join(real.platform.folder, name)];
  /** On one line, as wide as the terminal may be. */
  const dryRun = async (name: string, ...from: readonly string[]): Promise<string> =>
    (await real.fairway(0, "adopt", name, ...from, ...dir(name), "--dry-run", ...env)).replace(/\s+/g, " ");
  const adopt = async () => {
    await real.fairway(0, "adopt", "basket", "--from", "legacy/basket", ...dir("basket"), "--yes", ...env);
    await real.fairway(0, "adopt", "wares", "--helm", "wares", "-n", "wares", ...dir("wares"), "--yes", ...env);
  };

  /** Somebody takes the old pods away in one cluster: an undo leads nobody there, says so, and works when they are back. */
  async function undoWithoutTheOld(): Promise<void> {
    const [first, second] = clusters;
    assert.ok(first && second);
    const deployment = manifests("basket", "legacy", real.kubernetes.nodeImage)
      .split("\n---\n")
      .find((one) => one.includes('"Deployment"') && !one.includes('"neighbour"'));
    assert.ok(deployment);
    const file = path.join(real.platform.folder, "basket-deployment.yaml");
    await writeFile(file, deployment);
    const ready = (cluster: KubernetesCluster, name: string, namespace: string) =>
      cluster.kubectl(["rollout", "status", `deployment/${name}`, "-n", namespace, "--timeout=120s"]);
    const undo = async (name: string): Promise<string> =>
      (await real.fairway(1, "adopt", "undo", name, "--yes", ...env)).replace(/\s+/g, " ");

    // Its pods are ready still when it has just gone.
    await first.kubectl(["delete", "deployment", "basket", "-n", "legacy", "--wait=false"]);
    assert.match(await undo("basket"), /requests go to ours still: \S+: Deployment\/basket is gone/);
    await second.kubectl(["scale", "deployment", "wares", "-n", "wares", "--replicas=0"]);
    assert.match(await undo("wares"), /requests go to ours still: \S+: Deployment\/wares is scaled to zero/);
    await only("ours-2");
    await first.kubectl(["apply", "-f", file]);
    await ready(first, "basket", "legacy");
    await second.kubectl(["scale", "deployment", "wares", "-n", "wares", "--replicas=2"]);
    await ready(second, "wares", "wares");
  }

  it("goes over, is deployed, goes back, and goes over for good; no request fails, and nobody else is touched", async (t) => {
    const before = await Promise.all(clusters.flatMap((one) => places.map(([, space]) => bystanders(one, space))));
    await write("ours-1");
    await only("old");
    const loads: Load[] = Object.values(targets)
      .flat()
      .map((target) => constantRequests(target, perSecond));
    const end = async () => {
      const heard = await Promise.all(loads.map((load) => load.stop()));
      t.diagnostic(JSON.stringify(heard.map(({ answers, failed }) => [answers, failed.length])));
      return heard.flatMap(({ failed }) => failed);
    };
    try {
      const dry = await dryRun("basket", "--from", "legacy/basket");
      assert.match(dry, /Service\/basket of namespace legacy leads to the pods of ours, in namespace basket/);
      assert.match(dry, /removed Deployment\/basket \(made by kubectl-client-side-apply\), when you confirm/);
      assert.match(dry, /left alone Deployment\/neighbour/);
      const helm = await dryRun("wares", "--helm", "wares", "-n", "wares");
      assert.match(helm, /taken over Service\/wares \(made by Helm release wares\)/);
      await only("old");

      await adopt();
      await only("ours-1");
      await write("ours-2");
      for (const [name] of places) await real.fairway(0, "deploy", path.join(real.platform.folder, name), ...env);
      await only("ours-2");
      await undoWithoutTheOld();
      for (const [name] of places) await real.fairway(0, "adopt", "undo", name, "--yes", ...env);
      await only("old");
      for (const cluster of clusters) {
        const get = ["get", "service", "wares", "-n", "wares", "-o", "jsonpath={.metadata.labels} {.spec.selector}"];
        assert.match(await cluster.kubectl(get), /"app.kubernetes.io\/managed-by":"Helm".*\{"app":"wares"\}/);
      }

      for (const [name, namespace] of places)
        await real.fairway(
          0,
          "adopt",
          name,
          "--from",
          `${namespace}/${name}`,
          ...dir(name),
          "--yes",
          "--no-wait",
          ...env,
        );
      process.kill(real.platform.pids["server"] ?? 0, "SIGKILL");
      await eventually(
        "both have moved",
        async () => {
          const { items } = await real.platform.client.listAdoptions({ query: { environment } });
          return items.slice(0, 2).every(({ state }) => state === "moved");
        },
        180,
      );
      await only("ours-2");

      // Its old address goes with it: whoever calls it has another one by then.
      const addresses = await Promise.all(clusters.map((cluster) => serviceTarget(cluster, "basket")));
      const old = new Set(targets["basket"]?.map(({ address }) => address));
      targets["basket"] = addresses;
      const [former, rest] = [loads.slice(0, old.size), loads.slice(old.size)];
      for (const load of former) assert.deepEqual((await load.stop()).failed, []);
      loads.splice(0, loads.length, ...rest, ...addresses.map((target) => constantRequests(target, perSecond)));
      for (const [name] of places) await real.fairway(0, "adopt", "confirm", name, "--yes", ...env);
      await only("ours-2");
    } catch (error) {
      await end();
      const { items } = await real.platform.client.listRollouts();
      const bad = items.find(({ status }) => status !== "succeeded");
      if (bad !== undefined)
        t.diagnostic(
          JSON.stringify(await real.platform.client.getRollout({ params: { number: bad.number }, query: {} })),
        );
      throw error;
    }
    assert.deepEqual(await end(), []);
    const now = await Promise.all(clusters.flatMap((one) => places.map(([, space]) => bystanders(one, space))));
    assert.deepEqual(now, before);
    for (const cluster of clusters) {
      for (const [name, namespace] of places) {
        const kinds = "deployment,service,poddisruptionbudget,serviceaccount,configmap,endpointslice";
        const left = await cluster.kubectl(["get", kinds, "-n", namespace, "-o", "name"]);
        const ours = namespace === "wares";
        assert.doesNotMatch(left, new RegExp(`deployment.apps/${name}$`, "m"), left);
        assert.equal(new RegExp(`^service/${name}$`, "m").test(left), ours, left);
        assert.equal(/fairway-/.test(left), ours, left);
        assert.doesNotMatch(left, new RegExp(`configmap/${name}-settings`), left);
      }
    }
  });
});
