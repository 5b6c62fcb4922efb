/** What a real API says of changes by hand: who has set which field, what was taken out, what is no change; and a repair. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type ConnectedCluster, connectCluster, makeAccount } from "@fairway/kube";
import { placeInSlot } from "@fairway/manifests";
import { type KubernetesObject, parseObject } from "@fairway/objects";
import {
  type ClusterDrift,
  ClusterError,
  createEngine,
  type Engine,
  findDrift,
  type RolloutEvent,
  type StoredRelease,
  withKeptFields,
} from "@fairway/rollout";
import { memoryJournal } from "@fairway/rollout/testing";
import { parseAllDocuments } from "yaml";
import { checkout } from "../e2e/platform.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { kubeconfigOf } from "./rendered.ts";

const goldens = path.join(checkout, "packages/manifests/testdata");
const { signal } = new AbortController();
const ends: (() => Promise<void>)[] = [];
let real: KubernetesCluster;
let cluster: ConnectedCluster;
let folder: string;

const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number, until?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      until?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(until.reason);
      });
    }),
};

before(async () => {
  const started = await startKubernetes({ after: (work) => void ends.push(work) });
  real = started.clusters[0] ?? assert.fail("no cluster");
  folder = await mkdtemp(path.join(tmpdir(), "fairway-drift-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  // The rights that we document are enough.
  const kubeconfig = await makeAccount({ name: "alpha", kubeconfig: kubeconfigOf(real) });
  cluster = await connectCluster({ name: "alpha", kubeconfig });
});
after(async () => {
  cluster?.close();
  for (const end of ends) await end();
});

describe("right after an apply", () => {
  const spaceOf = (name: string) => `drift-${name}`;

  for (const name of readdirSync(goldens)) {
    it(`nothing was changed by hand: ${name}`, async () => {
      const text = readFileSync(path.join(goldens, name, "expected.yaml"), "utf8");
      const desired: KubernetesObject[] = [];
      for (const document of parseAllDocuments(text)) {
        const parsed = parseObject(document.toJS());
        assert.ok(parsed.ok);
        const { metadata, kind } = parsed.object;
        const place = kind === "Namespace" ? { name: spaceOf(name) } : { namespace: spaceOf(name) };
        const object = { ...parsed.object, metadata: { ...metadata, ...place } };
        try {
          await cluster.apply(object);
          desired.push(object);
        } catch (error) {
          // Its kind is not served here.
          if (!(error instanceof ClusterError) || error.code !== "not-found") throw error;
        }
      }
      const service = desired[0]?.metadata.labels?.["fairway.dev/service"] ?? assert.fail("no service");
      const identity = { service, environment: "prod", namespace: spaceOf(name) };
      const found = await findDrift(cluster, identity, desired, { clock, reach: 60_000 }, signal);
      assert.deepEqual(found, { cluster: "alpha", compared: true, objects: [], problems: [] });
    });
  }
});

const labels = {
  "app.kubernetes.io/managed-by": "fairway",
  "fairway.dev/service": "hand",
  "fairway.dev/environment": "prod",
};
const inside = (name: string) => ({ name, namespace: "hand", labels });

/** No pod of it runs: there is no node. */
function objectsOf(kept: readonly string[] = []): readonly KubernetesObject[] {
  const containers = [
    {
      name: "app",
      image: "app:1",
      env: [{ name: "LEVEL", value: "info" }],
      ports: [{ containerPort: 80, name: "http" }],
    },
  ];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "hand", labels } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: inside("settings"), data: { LEVEL: "info" } },
    withKeptFields(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: inside("hand"),
        spec: {
          replicas: 0,
          selector: { matchLabels: { "fairway.dev/service": "hand" } },
          template: { metadata: { labels }, spec: { containers } },
        },
      },
      kept,
    ),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: inside("hand"),
      spec: { selector: { "fairway.dev/service": "hand" }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
  ];
}

function linesOf({ compared, problems, objects }: ClusterDrift): readonly string[] {
  assert.deepEqual([compared, problems], [true, []]);
  return objects
    .flatMap(({ kind, name, change, fields, manager }) => [
      ...(change === "changed" ? [] : [`${kind}/${name} ${change}${manager === undefined ? "" : ` by ${manager}`}`]),
      ...fields.map(({ path: field, change: did, wanted, live, manager: who, kept }) => {
        const sides = `${JSON.stringify(wanted)} -> ${JSON.stringify(live)}`;
        return `${kind}/${name} ${field} ${kept ? "kept" : did} ${sides}${who === undefined ? "" : ` by ${who}`}`;
      }),
    ])
    .toSorted();
}

describe("changes by hand in a real cluster", () => {
  const journal = memoryJournal<RolloutEvent>(clock);
  let kept: readonly string[] = [];
  let engine: Engine;
  let asked = 0;

  const release = (): StoredRelease => ({
    ...{ name: "one", service: "hand", environment: "prod", namespace: "hand" },
    objects: { alpha: objectsOf(kept) },
  });
  before(() => {
    engine = createEngine({
      ...{ journal, clock, owner: "test" },
      clusters: () => [cluster],
      releases: { get: async () => release() },
      traffic: { drain: async () => {}, restore: async () => {} },
    });
  });
  after(() => engine.stop());

  const rollOut = async (kind: "deploy" | "repair") => {
    asked += 1;
    const from = (await journal.active("prod", "hand"))?.release;
    const request = {
      environment: "prod",
      service: "hand",
      from,
      to: "one",
      strategy: "rolling",
      actor: "me",
    } as const;
    const { number } = await engine.submit({ ...request, kind }, `key-${asked}`);
    for (;;) {
      const seen = await engine.view(number);
      if (seen?.endedAt !== undefined) return seen;
      await clock.sleep(50);
    }
  };
  const drift = async () => {
    const desired = placeInSlot(objectsOf(kept), "a", "one");
    const identity = { service: "hand", environment: "prod", namespace: "hand" };
    return linesOf(await findDrift(cluster, identity, desired, { clock, reach: 60_000 }, signal));
  };
  const kubectl = (...args: readonly string[]) => real.kubectl(["--namespace=hand", ...args]);

  it("are none after a rollout, a restart and a look at it", async () => {
    assert.equal((await rollOut("deploy")).status, "succeeded");
    assert.deepEqual(await drift(), []);
    await kubectl("rollout", "restart", "deployment/hand-a");
    await kubectl("annotate", "deployment/hand-a", "example.com/seen=yes");
    assert.deepEqual(await drift(), []);
  });

  it("name field, values and tool: scale, set image, set env, patch", async () => {
    await kubectl("scale", "deployment/hand-a", "--replicas=1");
    await kubectl("set", "image", "deployment/hand-a", "app=app:2");
    await kubectl("set", "env", "deployment/hand-a", "DEBUG=1");
    await kubectl("patch", "configmap/settings", "--type=json", '-p=[{"op":"remove","path":"/data/LEVEL"}]');
    const container = 'Deployment/hand-a .spec.template.spec.containers[name="app"]';
    assert.deepEqual(await drift(), [
      'ConfigMap/settings .data.LEVEL removed "info" -> undefined',
      "Deployment/hand-a .spec.replicas changed 0 -> 1 by kubectl",
      `${container}.env[name="DEBUG"].name added undefined -> "DEBUG" by kubectl-set`,
      `${container}.env[name="DEBUG"].value added undefined -> "1" by kubectl-set`,
      `${container}.image changed "app:1" -> "app:2" by kubectl-set`,
    ]);
  });

  it("name objects that are gone, made anew or too many", async () => {
    await kubectl("delete", "service/hand");
    const copy = { apiVersion: "v1", kind: "ConfigMap", metadata: inside("copy"), data: { A: "1" } };
    await writeFile(path.join(folder, "copy.json"), JSON.stringify(copy));
    await kubectl("create", "-f", path.join(folder, "copy.json"));
    const objects = (await drift()).filter((line) => !line.includes(" ."));
    assert.deepEqual(objects, ["ConfigMap/copy extra by kubectl-create", "Service/hand deleted"]);
  });

  it("refuse a deploy, which takes nothing by force", async () => {
    const refused = await rollOut("deploy");
    assert.equal(refused.status, "refused");
    assert.ok(refused.findings.some(({ code }) => code === "FieldConflict"));
  });

  it("are all taken back by a repair, but for what was left to others", async () => {
    const image = '.spec.template.spec.containers[name="app"].image';
    kept = [image];
    assert.equal((await rollOut("repair")).status, "succeeded");
    assert.deepEqual(await drift(), [`Deployment/hand-a ${image} kept "app:1" -> "app:2" by kubectl-set`]);
    assert.equal((await rollOut("deploy")).status, "succeeded", "nor is a deploy refused for it");
    const running = "jsonpath={.spec.template.spec.containers[0].image}";
    assert.equal(await kubectl("get", "deployment/hand-a", "-o", running), "app:2");
    kept = [];
    assert.equal((await rollOut("repair")).status, "succeeded");
    assert.deepEqual(await drift(), []);
    const env = "jsonpath={.spec.template.spec.containers[0].env[*].name}";
    assert.equal(await kubectl("get", "deployment/hand-a", "-o", env), "LEVEL");
  });

  it("of a second manager that applies are its own until they are taken back", async () => {
    const theirs = {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "hand-a", namespace: "hand" } },
      spec: {
        template: {
          spec: {
            containers: [
              { name: "app", image: "app:3" },
              { name: "side", image: "side:1" },
            ],
          },
        },
      },
    };
    await writeFile(path.join(folder, "theirs.json"), JSON.stringify(theirs));
    const file = path.join(folder, "theirs.json");
    await kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=other", "-f", file);
    assert.deepEqual(await drift(), [
      'Deployment/hand-a .spec.template.spec.containers[name="app"].image changed "app:1" -> "app:3" by other',
      'Deployment/hand-a .spec.template.spec.containers[name="side"].image added undefined -> "side:1" by other',
      'Deployment/hand-a .spec.template.spec.containers[name="side"].name added undefined -> "side" by other',
    ]);
    assert.equal((await rollOut("repair")).status, "succeeded");
    assert.deepEqual(await drift(), []);
  });
});
