/** What the renderer makes, in real clusters: the API takes all of it, and it does there what it is meant to. */
import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type ConnectedCluster, connectCluster } from "@fairway/kube";
import { healthOf, isNamespace, type KubernetesObject, parseObject } from "@fairway/objects";
import { builtinProfile } from "@fairway/spec";
import { parseAllDocuments } from "yaml";
import { checkout } from "../e2e/platform.ts";
import { startFakeNodes } from "./harness/fake-nodes.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { type Deployer, kubeconfigOf, startDeployer } from "./rendered.ts";
import { until } from "./until.ts";

const goldens = path.join(checkout, "packages/manifests/testdata");

/** A file of `[build] image` services; what they run is the test's image. */
const appToml = (name: string, more: string) =>
  `name = "${name}"\nowner = "anchors"\n${more}\n[engine]\nname = "image"\nsize = "small"\n[build]\nimage = "x/y:1"\n`;

const lines = { clean: [] as (() => Promise<void>)[] };
const scope = { after: (work: () => Promise<void>) => void lines.clean.push(work) };
after(async () => {
  for (const work of lines.clean.reverse()) await work();
});

function found<T>(value: T | undefined, what: string): T {
  return value ?? assert.fail(`no ${what}`);
}

function field(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

// Both wait most of the time.
describe("what is rendered", { concurrency: true }, () => {
  describe("a control plane and nodes that run nothing", { concurrency: 1 }, () => {
    let real: KubernetesCluster;
    let connected: ConnectedCluster;
    let deployer: Deployer;
    before(async () => {
      const started = await startKubernetes(scope);
      real = found(started.clusters[0], "cluster");
      const gateway = await started.binaries.moduleFolder("sigs.k8s.io/gateway-api");
      const definitions = globSync(path.join(gateway, "config/crd/standard/gateway*httproutes.yaml"));
      await real.kubectl(["apply", "--server-side", ...definitions.flatMap((file) => ["-f", file])]);
      await real.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
      await startFakeNodes(real, started.binaries, 4);
      connected = await connectCluster({ name: real.name, kubeconfig: kubeconfigOf(real) });
      deployer = await startDeployer(real, "registry.invalid/app:1");
      scope.after(async () => {
        await deployer.close();
        connected.close();
      });
    });

    describe("takes every golden object, with strict field validation", () => {
      for (const name of readdirSync(goldens)) {
        it(name, async () => {
          const text = readFileSync(path.join(goldens, name, "expected.yaml"), "utf8");
          const objects = parseAllDocuments(text).map((document): KubernetesObject => {
            const parsed = parseObject(document.toJS());
            return parsed.ok ? parsed.object : assert.fail(JSON.stringify(parsed));
          });
          for (const object of objects) await connected.apply(object, { dryRun: !isNamespace(object) });
        });
      }
    });

    const get = (kind: string, namespace: string): Promise<KubernetesObject | undefined> =>
      connected.get({ apiVersion: "apps/v1", kind, namespace, name: `${namespace}-a` });

    /** Every number of replicas that anybody can see while `work` runs. */
    async function replicasDuring(namespace: string, work: () => Promise<void>): Promise<readonly unknown[]> {
      const ended = new AbortController();
      const numbers: unknown[] = [];
      const watching = (async () => {
        for await (const { objects } of connected.follow(namespace, ended.signal)) {
          const one = objects.find(({ kind }) => kind === "Deployment");
          if (one !== undefined) numbers.push(field(one, "spec", "replicas"));
        }
      })().catch(() => undefined);
      await work();
      ended.abort();
      await watching;
      return numbers.filter((number, index) => number !== numbers[index - 1]);
    }

    it("passes replicas to an autoscaler and back without a dip", async () => {
      const deploy = async (replicas: string) => {
        const result = await deployer.deploy(appToml("scaled", `replicas = ${replicas}`));
        assert.equal(result.status, "succeeded", result.reason);
      };
      const first = await replicasDuring("scaled", async () => {
        await deploy("{ min = 2, max = 4 }");
      });
      assert.deepEqual(first, [2]);
      // As people and autoscalers do.
      await real.kubectl(["scale", "deployment/scaled-a", "--replicas=9", "--namespace=scaled"]);
      await until(
        async () => field(await get("Deployment", "scaled"), "spec", "replicas") === 4,
        "the autoscaler's bound",
      );
      assert.deepEqual(await replicasDuring("scaled", () => deploy("{ min = 1, max = 4 }")), [4]);
      assert.deepEqual(await replicasDuring("scaled", () => deploy("3")), [4, 3]);
      assert.deepEqual(await replicasDuring("scaled", () => deploy("5")), [3, 5]);
      assert.deepEqual(await replicasDuring("scaled", () => deploy("{ min = 2, max = 8 }")), [5]);
    });

    it("spreads the pods of a service over nodes", async () => {
      assert.equal((await deployer.deploy(appToml("spread", "replicas = 4"))).status, "succeeded");
      const pods = await connected.list({ apiVersion: "v1", kind: "Pod", namespace: "spread" });
      assert.equal(new Set(pods.map((pod) => field(pod, "spec", "nodeName"))).size, 4);
    });

    it("refuses pods above a quota before anything is changed: the service's own and another's, by its name", async () => {
      const greedy = (replicas: number) => appToml("greedy", `replicas = ${replicas}\n[deploy]\ntimeout = "5s"`);
      const quota = { ...builtinProfile.quota, pods: 4 };
      const refused = await deployer.deploy(greedy(4), { quota });
      assert.equal(refused.status, "refused");
      assert.match(refused.reason ?? "", /need 5 pods.*QuotaTooSmall/);
      assert.equal((await deployer.deploy(greedy(1), { quota })).status, "succeeded");
      await real.kubectl(["create", "quota", "theirs", "--hard=pods=2", "--namespace=greedy"]);
      const theirs = await deployer.deploy(greedy(3), { quota });
      assert.equal(theirs.status, "refused");
      assert.match(theirs.reason ?? "", /the quota theirs is 2 \(QuotaTooSmall/);
    });

    it("lets the owner team look at its service, and at nothing else", async () => {
      assert.equal((await deployer.deploy(appToml("owned", "replicas = 1"))).status, "succeeded");
      const can = async (verb: string, resource: string, namespace: string) =>
        (
          await real
            .kubectl(["auth", "can-i", verb, resource, `--namespace=${namespace}`, "--as=ada", "--as-group=anchors"])
            .catch(() => "no")
        ).trim();
      for (const [verb, resource, namespace, answer] of [
        ["list", "pods", "owned", "yes"],
        ["get", "pods/log", "owned", "yes"],
        ["list", "pods", "default", "no"],
        ["list", "secrets", "owned", "no"],
        ["delete", "pods", "owned", "no"],
        ["update", "deployments", "owned", "no"],
      ] as const) {
        assert.equal(await can(verb, resource, namespace), answer, `${verb} ${resource} in ${namespace}`);
      }
    });
  });

  describe("a cluster that runs containers", { concurrency: 1 }, () => {
    let real: KubernetesCluster;
    let connected: ConnectedCluster;
    let deployer: Deployer;
    /** Answers with what it can write and whether it has been told to end. */
    const program = `
const { writeFileSync } = require("node:fs");
let told = false;
const tryTo = (file) => { try { writeFileSync(file, "x"); return "written"; } catch ({ code }) { return code; } };
const answer = () => JSON.stringify({ told, root: tryTo("/file"), tmp: tryTo("/tmp/file"), version: process.env.VERSION });
const server = require("node:http").createServer((_, response) => response.end(answer()));
server.listen(process.env.PORT);
process.once("SIGTERM", () => { told = true; server.close(); });
`;
    const service = (version: string) =>
      `${appToml("graceful", "replicas = 2")}[run]\ncommand = ${JSON.stringify(["node", "-e", program])}\n[env]\nVERSION = "${version}"\n[[crons]]\nname = "tick"\nschedule = "* * * * *"\ncommand = "node --version"\n`;
    before(async () => {
      const started = await startKubernetes(scope, { kubelet: true });
      real = found(started.clusters[0], "cluster");
      connected = await connectCluster({ name: real.name, kubeconfig: kubeconfigOf(real) });
      deployer = await startDeployer(real, started.nodeImage);
      scope.after(async () => {
        await deployer.close();
        connected.close();
      });
      const result = await deployer.deploy(service("1"));
      assert.equal(result.status, "succeeded", result.reason);
    });

    const ask = async (address: string): Promise<Record<string, unknown>> =>
      JSON.parse(await (await fetch(`http://${address}`)).text());
    const address = async (): Promise<string> => {
      const ref = { apiVersion: "v1", kind: "Service", namespace: "graceful", name: "graceful" };
      return String(field(await connected.get(ref), "spec", "clusterIP"));
    };

    /** The service's own pods that are ready and stay, those of crons left out. */
    const running = async (): Promise<readonly KubernetesObject[]> => {
      const labels = { "fairway.dev/slot": "a" };
      const pods = await connected.list({ apiVersion: "v1", kind: "Pod", namespace: "graceful", labels });
      return pods.filter((pod) => healthOf(pod).status === "Current");
    };

    it("keeps everything but /tmp from being written", async () => {
      const { root, tmp } = await ask(await address());
      assert.deepEqual([root, tmp], ["EROFS", "written"]);
    });

    it("restarts a service under load without a failed request", async () => {
      const at = await address();
      const failed: unknown[] = [];
      const versions = new Set<unknown>();
      let loading = true;
      const load = (async () => {
        while (loading) {
          await ask(at).then(
            ({ version }) => versions.add(version),
            (error: unknown) => failed.push(error),
          );
          await pause(5);
        }
      })();
      assert.equal((await deployer.deploy(service("2"))).status, "succeeded");
      // A kept connection stays with a pod until that ends.
      await until(async () => versions.has("2") && (await running()).length === 2, "the former pods' end");
      loading = false;
      await load;
      assert.deepEqual(failed, []);
      assert.deepEqual([...versions].toSorted(), ["1", "2"]);
    });

    it("holds evictions back that would leave too few pods", async () => {
      const budget = {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        namespace: "graceful",
        name: "graceful-a",
      };
      await until(
        async () => field(await connected.get(budget), "status", "disruptionsAllowed") === 1,
        "the budget's status",
      );
      const codes: number[] = [];
      for (const name of (await running()).map(({ metadata }) => metadata.name)) {
        const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "graceful" } };
        const path = `/api/v1/namespaces/graceful/pods/${name}/eviction`;
        codes.push((await real.client.request("POST", path, { body })).code);
      }
      assert.deepEqual(codes, [201, 429]);
    });

    it("tells a pod to end only when requests no longer come to it", async () => {
      const pod = found((await running())[0], "pod");
      const at = `${String(field(pod, "status", "podIP"))}:8080`;
      await connected.delete({ ...pod, namespace: "graceful", name: pod.metadata.name }, {});
      await until(async () => {
        const slices = await connected.list({
          apiVersion: "discovery.k8s.io/v1",
          kind: "EndpointSlice",
          namespace: "graceful",
        });
        const endpoints = slices.flatMap((slice) => field(slice, "endpoints"));
        return !endpoints.some(
          (one) => field(one, "targetRef", "uid") === pod.metadata.uid && field(one, "conditions", "ready") === true,
        );
      }, "that the pod gets no more requests");
      assert.equal((await ask(at))["told"], false);
      await until(
        async () =>
          (await ask(at).then(
            () => false,
            () => true,
          )) === true,
        "that the pod ends",
        20,
      );
    });

    it("runs crons", async () => {
      const jobs = async () => connected.list({ apiVersion: "batch/v1", kind: "Job", namespace: "graceful" });
      await until(
        async () => (await jobs()).some((job) => field(job, "status", "succeeded") === 1),
        "a run of the cron",
        90,
      );
    });
  });
});
