/** `@fairway/kube` on a real cluster, with an account that has nothing but the rights that we document. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ConnectedCluster, connectCluster, makeAccount } from "@fairway/kube";
import type { KubernetesObject } from "@fairway/objects";
import { ClusterError, type ClusterErrorCode, type Observation } from "@fairway/rollout";
import { clusterContract } from "@fairway/rollout/cluster.contract";
import { openLine } from "../open-line.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { kubeconfigOf } from "./rendered.ts";

const ends: (() => Promise<void>)[] = [];
let real: KubernetesCluster;
let folder: string;
/** The account's kubeconfig. */
let account: string;

before(async () => {
  // A hook that is made inside a hook would run when that one ends.
  const started = await startKubernetes({ after: (work) => void ends.push(work) });
  real = started.clusters[0] ?? assert.fail("no cluster");
  folder = await mkdtemp(join(tmpdir(), "fairway-kube-"));
  account = await makeAccount({ name: "alpha", kubeconfig: kubeconfigOf(real) });
});
after(async () => {
  for (const end of ends) await end();
  await rm(folder, { recursive: true, force: true });
});

/** The harness's kubeconfig with another user in it. */
function withUser(user: Readonly<Record<string, unknown>>): string {
  const config: { users: { user: unknown }[] } = JSON.parse(kubeconfigOf(real));
  for (const one of config.users) one.user = user;
  return JSON.stringify(config);
}

async function open(kubeconfig: string, more: { readonly probeMilliseconds?: number } = {}): Promise<ConnectedCluster> {
  return connectCluster({ name: "alpha", kubeconfig, ...more });
}

for (const whole of [false, true]) {
  clusterContract(
    `kube on Kubernetes with the least rights${whole ? ", which is followed as a whole too" : ""}`,
    async () => {
      const apiUrl = /"server":\s*"([^"]+)"/.exec(account)?.[1] ?? assert.fail("no address");
      const line = await openLine(apiUrl);
      const cluster = await open(account.replace(apiUrl, line.url), { probeMilliseconds: 500 });
      if (whole) cluster.watchCluster({ observed: () => undefined, status: () => undefined });
      return {
        cluster,
        async applyAs(manager, object) {
          const file = join(folder, "theirs.json");
          await writeFile(file, JSON.stringify(object));
          await real.kubectl(["apply", "--server-side", `--field-manager=${manager}`, "-f", file]);
        },
        cut: line.cut,
        mend: line.mend,
        close: async () => {
          cluster.close();
          await line.cut();
        },
      };
    },
  );
}

const labels = { "app.kubernetes.io/managed-by": "fairway" };

function space(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function service(namespace: string, name: string, state: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels, annotations: { state } },
    spec: { ports: [{ port: 80 }] },
  };
}

describe("following a real cluster", { timeout: 300_000 }, () => {
  it("misses nothing over restarts of the API server and a restored backup", async () => {
    const cluster = await open(account, { probeMilliseconds: 500 });
    const seen = new Map<string, Observation>();
    const watch = cluster.watchCluster({
      observed: (observation) => void seen.set(observation.namespace, observation),
      status: () => undefined,
    });
    const states = () =>
      Object.fromEntries(
        (seen.get("followed")?.objects ?? [])
          .filter(({ kind }) => kind === "Service")
          .map(({ metadata }) => [metadata.name, metadata.annotations?.["state"]]),
      );
    const shows = (expected: Readonly<Record<string, string>>) =>
      until(
        async () => {
          const now = states();
          const same = Object.keys(now).length === Object.keys(expected).length;
          return (same && Object.entries(expected).every(([name, state]) => now[name] === state)) || undefined;
        },
        `${JSON.stringify(expected)}, not ${JSON.stringify(states())}`,
      );
    /** The API server's own start-up work may still be under way. */
    const apply = (name: string, state: string) =>
      until(() => cluster.apply(service("followed", name, state)).catch(() => undefined), `${name} is applied`);
    try {
      await cluster.apply(space("followed"));
      await apply("one", "first");
      await shows({ one: "first" });

      await real.stop("kube-apiserver", "SIGKILL");
      await until(async () => !watch.status().reachable || undefined, "it is seen to be away");
      await real.start("kube-apiserver");
      await apply("one", "second");
      await apply("two", "first");
      await shows({ one: "second", two: "first" });

      await real.backUp();
      await apply("one", "third");
      await apply("three", "first");
      await real.kubectl(["delete", "service", "two", "-n", "followed"]);
      await shows({ one: "third", three: "first" });
      await real.restore();
      await shows({ one: "second", two: "first" });
      // Versions of before the restore are given again, to other changes.
      await apply("one", "fourth");
      await shows({ one: "fourth", two: "first" });
      assert.ok(watch.status().reachable);
    } finally {
      watch.stop();
      cluster.close();
    }
  });

  it("a consumer that is slow gets the newest, once", async () => {
    const cluster = await open(account);
    const stop = new AbortController();
    try {
      await cluster.apply(space("slow"));
      const iterator = cluster.follow("slow", stop.signal)[Symbol.asyncIterator]();
      await iterator.next();
      for (let index = 0; index < 300; index += 1)
        await cluster.apply({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "counter", namespace: "slow" },
          data: { count: String(index) },
        });
      let observations = 0;
      for (;;) {
        const { value } = await iterator.next();
        observations += 1;
        const counter = value?.objects.find((one: KubernetesObject) => one.metadata.name === "counter");
        if (JSON.stringify(counter?.["data"]) === '{"count":"299"}') break;
      }
      assert.ok(observations <= 5, `${observations} observations`);
    } finally {
      stop.abort();
      cluster.close();
    }
  });
});

describe("what a real cluster refuses", { timeout: 120_000 }, () => {
  it("is told by its kind", async () => {
    await real.kubectl(["apply", "-f", fileURLToPath(new URL("testdata/rules.yaml", import.meta.url))]);
    const cluster = await open(account);
    const settings = (namespace: string, data: Readonly<Record<string, string>>): KubernetesObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace },
      data,
    });
    const refusal = async (object: KubernetesObject): Promise<{ code: ClusterErrorCode; message: string }> => {
      const error = await cluster.apply(object, { dryRun: true }).catch((caught: unknown) => caught);
      if (!(error instanceof ClusterError)) return { code: "unknown", message: "it is taken" };
      return { code: error.code, message: error.message };
    };
    const refused = (object: KubernetesObject, code: ClusterErrorCode, message: RegExp) =>
      until(async () => {
        const found = await refusal(object);
        return (found.code === code && message.test(found.message)) || undefined;
      }, `${code} ${message}`);
    try {
      await refused(settings("ruled", { BAD: "1" }), "denied", /BAD is not allowed here/);
      await refused(settings("full", { A: "1" }), "quota-exceeded", /exceeded quota/);
      await refused(settings("nowhere", { A: "1" }), "not-found", /namespaces "nowhere" not found/);
      await refused(
        { apiVersion: "v1", kind: "Secret", metadata: { name: "other", namespace: "ruled" } },
        "forbidden",
        /cannot patch resource "secrets"/,
      );
      const wrong = service("ruled", "s", "x");
      await refused({ ...wrong, spec: { ports: [{ port: "eighty" }] } }, "invalid", /expected numeric/);
      await real.kubectl(["delete", "namespace", "going", "--wait=false"]);
      await refused(settings("going", { A: "1" }), "conflict", /being terminated/);
    } finally {
      cluster.close();
      await real.kubectl([
        "patch",
        "configmap",
        "held",
        "-n",
        "going",
        "--type=merge",
        "-p",
        '{"metadata":{"finalizers":null}}',
      ]);
    }
  });

  it("of an account without a right is named", async () => {
    await real.kubectl(["create", "serviceaccount", "poor", "-n", "fairway-system"]);
    const token = (await real.kubectl(["create", "token", "poor", "-n", "fairway-system"])).trim();
    const cluster = await open(withUser({ token }));
    try {
      const { missingPermissions } = await cluster.check();
      assert.ok(missingPermissions.includes("create deployments.apps"));
      assert.ok(missingPermissions.includes("patch secrets/fairway-registry"));
      assert.ok(!missingPermissions.some((one) => /(get|list|watch) secrets/.test(one)));
    } finally {
      cluster.close();
    }
  });
});

describe("signing in to a real cluster", { timeout: 120_000 }, () => {
  const fairwayToken = async () => (await real.kubectl(["create", "token", "fairway", "-n", "fairway-system"])).trim();

  it("a token file is read again when it has changed", async () => {
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "no-token-of-this-cluster");
    const cluster = await open(withUser({ tokenFile }));
    try {
      const error = await cluster.check().catch((caught: unknown) => caught);
      assert.ok(error instanceof ClusterError);
      assert.equal(error.code, "unauthenticated");
      await writeFile(tokenFile, `${await fairwayToken()}\n`);
      assert.deepEqual((await cluster.check()).missingPermissions, []);
    } finally {
      cluster.close();
    }
  });

  it("a plugin is asked again when the cluster no longer takes what it gave", async () => {
    const tokenFile = join(folder, "plugin-token");
    await writeFile(tokenFile, "no-token-of-this-cluster");
    const script = `const token = require("node:fs").readFileSync(${JSON.stringify(tokenFile)}, "utf8");
      console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token } }));`;
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", script],
      interactiveMode: "Never",
    };
    const cluster = await open(withUser({ exec }));
    try {
      await assert.rejects(cluster.check(), /Unauthorized/);
      await writeFile(tokenFile, await fairwayToken());
      assert.deepEqual((await cluster.check()).missingPermissions, []);
    } finally {
      cluster.close();
    }
  });

  it("a pull secret is written and deleted by an account that cannot read it", async () => {
    const cluster = await open(account);
    const data = { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") };
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "fairway-registry", namespace: "default" },
      type: "kubernetes.io/dockerconfigjson",
      data,
    };
    try {
      await cluster.apply(secret);
      await cluster.apply(secret);
      await assert.rejects(
        cluster.get({ apiVersion: "v1", kind: "Secret", ...secret.metadata }),
        /cannot get resource/,
      );
      await cluster.delete({ apiVersion: "v1", kind: "Secret", ...secret.metadata }, {});
    } finally {
      cluster.close();
    }
  });
});

async function until<T>(attempt: () => Promise<T | undefined>, what: string): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`);
    await pause(100);
  }
}
