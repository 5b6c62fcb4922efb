/** A team moves in: what runs in a cluster is read by `fairway import`, and comes to the same as the files it came from. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { connectCluster } from "@fairway/kube";
import type { KubernetesObject } from "@fairway/objects";
import { startContractMinicluster } from "./contract-minicluster.ts";
import { checkout } from "./platform.ts";

const namespace = "shop";
const secret = "dGhlLXZhbHVlLW9mLWEtc2VjcmV0";

const objects = (image: string): readonly KubernetesObject[] => [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "web-settings", namespace },
    data: { LOG_LEVEL: "info" },
  },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "web-db", namespace }, data: { password: secret } },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace, labels: { app: "web", team: "storefront" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [
            {
              name: "web",
              image,
              command: ["node", "-e", "setInterval(() => {}, 1000)"],
              ports: [{ containerPort: 3000 }],
              envFrom: [{ configMapRef: { name: "web-settings" } }],
              env: [
                { name: "USERS_URL", value: "http://users.accounts:8080" },
                { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "web-db", key: "password" } } },
              ],
              livenessProbe: { httpGet: { path: "/live", port: 3000 }, periodSeconds: 20 },
              resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 3000 }] },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace },
    spec: {
      rules: [
        {
          host: "shop.example.com",
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }],
          },
        },
      ],
    },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "web-nightly", namespace },
    spec: {
      schedule: "0 3 * * *",
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: "Never",
              containers: [{ name: "nightly", image, command: ["node", "nightly.js"] }],
            },
          },
        },
      },
    },
  },
];

interface Comparison {
  readonly same: number;
  readonly differences: readonly { readonly object: string; readonly path: string; readonly verdict: string }[];
}

interface Answer {
  readonly services: readonly {
    readonly name: string;
    readonly appToml: string;
    readonly comparisons: readonly Comparison[];
  }[];
  readonly left: readonly unknown[];
}

test("a running namespace is imported as its manifests are, without a secret's value and with nothing written", async (t) => {
  const cluster = await startContractMinicluster([]);
  t.after(() => cluster.close());
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-import-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const items = objects(cluster.image);
  const list = { apiVersion: "v1", kind: "List", items };
  await writeFile(path.join(folder, "web.json"), JSON.stringify(list));

  const kubeconfig = await readFile(cluster.kubeconfigPath, "utf8");
  const connected = await connectCluster({ name: "alpha", kubeconfig });
  t.after(() => connected.close());
  for (const object of [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...items]) {
    await connected.create(object);
  }
  // The cluster adds what it makes by itself: replica sets, pods, slices, status.
  for await (const { objects } of connected.follow(namespace, t.signal)) {
    if (objects.filter(({ kind }) => kind === "Pod").length >= 2) break;
  }

  const fairway = async (...args: readonly string[]): Promise<Answer> => {
    const bin = path.join(checkout, "apps/cli/bin/fairway.js");
    const { stdout } = await promisify(execFile)(process.execPath, [bin, "import", ...args, "--json"], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder },
    });
    assert.ok(!stdout.includes(secret));
    return JSON.parse(stdout);
  };
  const live = await fairway("--kubeconfig", cluster.kubeconfigPath, "--namespace", namespace);
  const filed = await fairway("web.json");

  const settings = ({ services }: Answer) => services.map(({ appToml }) => appToml.replace(/^# From .*\n/gm, ""));
  assert.deepEqual(settings(live), settings(filed));
  assert.deepEqual([live.services.map(({ name }) => name), live.left], [["web"], []]);
  const differences = live.services[0]?.comparisons[0]?.differences ?? [];
  assert.deepEqual(
    differences.filter(({ verdict }) => verdict !== "rule"),
    [],
  );
});
