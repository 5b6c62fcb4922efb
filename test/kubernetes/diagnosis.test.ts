/** Why things do not work, asked of real clusters: each row of the diagnosis with what must not be taken for it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import {
  type Cause,
  type Examination,
  examineJob,
  type JobExamination,
  type Severity,
  wantsJobLogs,
} from "@fairway/diagnosis";
import { type ConnectedCluster, connectCluster } from "@fairway/kube";
import { healthOf, isDeployment, isJob, isPod, type Job, type KubernetesObject } from "@fairway/objects";
import { ClusterError, type Observation } from "@fairway/rollout";
import { applyCase, applyObjects } from "./diagnosis/apply-case.ts";
import { broken, type Place } from "./diagnosis/broken.ts";
import { fine } from "./diagnosis/fine.ts";
import { examineSeen, readLogs, watchUntil } from "./diagnosis/follow-examinations.ts";
import { listen, refuse, slowly } from "./diagnosis/servers.ts";
import { deployment, job, other, serving } from "./diagnosis/workload.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { selfSigned } from "./registries/certificate.ts";
import { startDockerRegistry } from "./registries/start-registry.ts";
import { kubeconfigOf, startDeployer } from "./rendered.ts";

const ends: (() => Promise<void>)[] = [];
const scope = { after: (work: () => Promise<void>) => void ends.push(work) };
let real: KubernetesCluster;
/** One that things are done to which the others would feel. */
let maltreated: KubernetesCluster;
let cluster: ConnectedCluster;
let common: Omit<Place, "namespace">;

before(async () => {
  const started = await startKubernetes(scope, { clusters: 2, kubelet: true });
  [real, maltreated] = [started.clusters[0] ?? assert.fail(), started.clusters[1] ?? assert.fail()];
  cluster = await connectCluster({ name: real.name, kubeconfig: kubeconfigOf(real) });
  ends.push(async () => cluster.close());
  const host = started.registry.replace(/:\d+$/, "");
  const htpasswd = (await promisify(execFile)("htpasswd", ["-Bbn", "-C", "5", "somebody", "password"])).stdout;
  const closed = await startDockerRegistry({ host, htpasswd });
  ends.push(closed.stop);
  const slow = await listen(scope, createServer(slowly(started.registry)), host);
  for (const address of [closed.address, slow, `${host}:9`]) await real.allowRegistry(address);
  const { certificate, key } = await selfSigned(host);
  const refusing = await listen(scope, createSecureServer({ cert: certificate, key }, refuse), host);
  common = {
    image: started.nodeImage,
    registry: started.registry,
    closedRegistry: closed.address,
    slowRegistry: slow,
    webhooks: {
      refusing: `https://${refusing}/`,
      away: `https://${host}:9/`,
      authority: Buffer.from(certificate).toString("base64"),
    },
  };
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

describe("in real clusters", { concurrency: true }, () => {
  for (const { title, objects, code, severity, says, doomed = false } of broken) {
    it(`${title}: ${code}`, async () => {
      const { place, since } = await applyCase(real, common, objects);
      const told: Cause[] = [];
      const cause = await watchUntil(
        cluster,
        place.namespace,
        async (seen) => {
          const more = objects(place).some(({ kind }) => kind === "StatefulSet") ? [await statefulSetOf(place)] : [];
          const { causes, doomed: isDoomed } = await examineSeen(cluster, seen, { since, more });
          const [worst] = causes;
          if (worst === undefined) return undefined;
          if (worst.severity !== "transient") told.push(worst);
          const isSure = isAtLeast(worst.severity, severity) && (worst.code === code || worst.severity !== "transient");
          return isSure && (isDoomed || !doomed) && says.test(JSON.stringify(worst)) ? worst : undefined;
        },
        () => JSON.stringify(told.at(-1)),
      );
      show(cause);
      assert.equal(cause.code, code);
      assert.match(cause.advice, /\w/);
      // From the first word on: a guess that is taken back costs a person more than silence.
      assert.deepEqual([...new Set(told.map((one) => one.code))], severity === "transient" ? [] : [code]);
    });
  }

  it("a node, then controllers, then the API that answer no more", async () => {
    const connected = await connectCluster({
      name: maltreated.name,
      kubeconfig: kubeconfigOf(maltreated),
      probeMilliseconds: 500,
    });
    ends.push(async () => connected.close());
    const place = { ...common, namespace: "default" };
    let since = Date.now();
    const told: string[] = [];
    const until = (enough: (examination: Examination, seen: Observation) => boolean) =>
      watchUntil(
        connected,
        "default",
        async (seen) => {
          const examination = await examineSeen(connected, seen, { since });
          told.push(...examination.causes.map(({ code }) => code));
          return enough(examination, seen) ? examination : undefined;
        },
        () => told.join(", "),
      );
    await applyObjects(maltreated, [deployment("default", place.image, serving())]);
    await until((_, { objects }) => objects.filter(isDeployment).some((one) => healthOf(one).status === "Current"));
    await maltreated.stop("kubelet", "SIGKILL");
    const lost = await until(({ causes }) => causes.length > 0);
    for (const cause of lost.causes) show(cause);
    assert.deepEqual(
      lost.causes.map(({ code, node }) => [code, node]),
      [["NodeLost", "node-b"]],
    );

    await maltreated.stop("kube-controller-manager", "SIGKILL");
    await applyObjects(maltreated, [deployment("default", place.image, serving(1))]);
    since = Date.now();
    const stale = await until(({ causes: [worst] }) => worst !== undefined && worst.code !== "NodeLost");
    for (const cause of stale.causes) show(cause);
    assert.match(JSON.stringify(stale.causes), /"StaleObservation".*generation 1 of 2/);
    assert.ok(!stale.doomed);

    await maltreated.stop("kube-apiserver", "SIGKILL");
    const error = await until(() => false).catch((caught: unknown) => caught);
    assert.ok(error instanceof ClusterError);
    assert.equal(error.code, "unreachable");
  });
});

describe("what must not fail", { concurrency: true }, () => {
  for (const { title, objects, worst: allowed, after: meanwhile } of fine) {
    it(title, async () => {
      const { place, since } = await applyCase(real, common, objects);
      const told = new Set<string>();
      let acting: Promise<void> | undefined;
      await watchUntil(
        cluster,
        place.namespace,
        async (seen) => {
          const { causes, doomed } = await examineSeen(cluster, seen, { since });
          for (const cause of causes) {
            told.add(cause.code);
            assert.ok(isAtLeast(allowed, cause.severity), `it was called ${JSON.stringify(cause)}`);
          }
          assert.ok(!doomed);
          if (meanwhile !== undefined && told.has(meanwhile.code)) acting ??= meanwhile.act(real, place);
          const isWell = seen.objects.filter(isDeployment).some((one) => healthOf(one).status === "Current");
          return isWell && causes.every(({ severity }) => severity === "transient") ? true : undefined;
        },
        () => [...told].join(", "),
      );
      await acting;
      assert.ok(meanwhile === undefined || told.has(meanwhile.code));
    });
  }

  it("a fixed release, for which the old one is in its back-off", async () => {
    const script = "process.exit(7)";
    const { place } = await applyCase(real, common, ({ namespace, image }) => [
      deployment(namespace, image, script, { deployment: { replicas: 2 } }),
    ]);
    await watchUntil(
      cluster,
      place.namespace,
      async ({ objects }) => {
        const waits = objects.filter(isPod).flatMap(({ status }) => status?.containerStatuses ?? []);
        return waits.length === 2 && waits.every((one) => one.restartCount >= 3 && one.state?.waiting)
          ? true
          : undefined;
      },
      () => "the back-off",
    );
    const since = Date.now();
    const { metadata, spec } = deployment(place.namespace, place.image, serving(), {
      deployment: {
        replicas: 2,
        strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
        minReadySeconds: 2,
      },
    });
    await applyObjects(real, [{ apiVersion: "apps/v1", kind: "Deployment", metadata, spec }]);
    await watchUntil(
      cluster,
      place.namespace,
      async (seen) => {
        const { doomed } = await examineSeen(cluster, seen, { since });
        assert.ok(!doomed);
        const isWell = seen.objects
          .filter(isDeployment)
          .some((one) => healthOf(one).status === "Current" && one.metadata.generation === 2);
        return isWell ? true : undefined;
      },
      () => "the fixed release",
    );
    // The third back-off takes 40 s, and the new pods are made one after the other.
    assert.ok(Date.now() - since < 35_000, `it took ${Date.now() - since} ms`);
  });

  it("a release that is deployed once more, for which its pods are in their back-off", async () => {
    const account = await startDeployer(real, common.image);
    ends.push(account.close);
    let status = 200;
    const needed = await listen(
      scope,
      createServer((_, answer) => answer.writeHead(status).end()),
      common.registry.replace(/:\d+$/, ""),
    );
    const script = `setInterval(() => fetch("http://${needed}").then((r) => r.ok || process.exit(8)), 500); ${serving()}`;
    const appToml = `name = "again"
[engine]
name = "image"
[build]
image = "x/y:1"
[run]
command = ["node", "-e", ${JSON.stringify(script)}]
`;
    assert.equal((await account.deploy(appToml)).status, "succeeded");
    status = 503;
    await watchUntil(
      cluster,
      "again",
      async ({ objects }) => {
        const seen = objects.filter(isPod).flatMap(({ status: of }) => of?.containerStatuses ?? []);
        return seen.length > 0 && seen.every((one) => one.restartCount >= 3 && one.state?.waiting) ? true : undefined;
      },
      () => "the back-off",
    );
    status = 200;
    const begun = Date.now();
    const view = await account.deploy(appToml);
    assert.equal(view.status, "succeeded", view.reason);
    // The third back-off takes 40 s.
    assert.ok(Date.now() - begun < 30_000, `it took ${Date.now() - begun} ms`);
  });
});

/** A rollout asks for its Job itself. */
const jobsIn = (namespace: string) => cluster.list({ apiVersion: "batch/v1", kind: "Job", namespace });

describe("a migration", { concurrency: true }, () => {
  const migrations: readonly {
    readonly title: string;
    readonly job: (place: Place) => Job;
    readonly state: JobExamination["state"];
    readonly says: RegExp;
  }[] = [
    {
      title: "that fails",
      job: ({ namespace, image }) => job(namespace, image, 'console.log("column a exists"); process.exit(2)'),
      state: "failed",
      says: /"exitCode":2.*column a exists.*"MigrationFailed".*fails with exit code 2/,
    },
    {
      title: "that takes too long",
      job: ({ namespace, image }) => job(namespace, image, "setInterval(() => {}, 1000)", { activeDeadlineSeconds: 6 }),
      state: "failed",
      says: /"MigrationFailed".*took longer than it may/,
    },
    {
      title: "that has no image until its time is over",
      job: ({ namespace, registry }) => job(namespace, `${registry}/team/web:3`, "", { activeDeadlineSeconds: 20 }),
      state: "failed",
      says: /"ImageNotFound".*the image of the migration/,
    },
    {
      title: "that needs too much memory",
      job: ({ namespace, image }) =>
        job(namespace, image, "const all = []; for (;;) all.push(Buffer.alloc(4e6, 1))", {
          container: { resources: { limits: { memory: "96Mi" } } },
        }),
      state: "failed",
      says: /"OutOfMemory".*the migration/,
    },
    {
      title: "that works, and is deleted at once",
      job: ({ namespace, image }) => job(namespace, image, "0", { ttlSecondsAfterFinished: 0 }),
      state: "succeeded",
      says: /^\[\]$/,
    },
  ];
  for (const { title, job: made, state, says } of migrations) {
    it(title, async () => {
      const { place } = await applyCase(real, common, (at) => [made(at)]);
      let known: { readonly name: string; readonly uid: string } | undefined;
      let isGone = false;
      let earlier: readonly Cause[] = [];
      const { causes } = await watchUntil(
        cluster,
        place.namespace,
        async ({ namespace, events, ...seen }) => {
          const objects = [...seen.objects, ...(await jobsIn(namespace))];
          const live = objects.find(isJob);
          known ??= live === undefined ? undefined : { name: live.metadata.name, uid: live.metadata.uid ?? "" };
          if (known === undefined) return undefined;
          isGone = live === undefined;
          const of = { cluster: real.name, namespace, objects, events, job: known, earlier, now: Date.now() };
          const logs = await readLogs(cluster, namespace, wantsJobLogs(of));
          const examination = examineJob({ ...of, logs });
          if (examination.state === "running" || examination.state === "gone") {
            if (examination.causes.length > 0) earlier = examination.causes;
            return undefined;
          }
          return examination.state === state && (state === "failed" || isGone) ? examination : undefined;
        },
        () => JSON.stringify(earlier),
      );
      for (const cause of causes) show(cause);
      assert.match(JSON.stringify(causes), says);
    });
  }

  it("whose pod a quota does not let in", async () => {
    const { place } = await applyCase(real, common, ({ namespace, image }) => [
      other("v1", "ResourceQuota", "few", namespace, { spec: { hard: { pods: "0" } } }),
      job(namespace, image, "0"),
    ]);
    const cause = await watchUntil(
      cluster,
      place.namespace,
      async ({ namespace, events, ...seen }) => {
        const objects = [...seen.objects, ...(await jobsIn(namespace))];
        const live = objects.find(isJob);
        if (live === undefined) return undefined;
        const { name, uid = "" } = live.metadata;
        const of = { cluster: real.name, namespace, objects, events, job: { name, uid }, now: Date.now() };
        return examineJob(of).causes[0];
      },
      () => "",
    );
    assert.equal(cause.code, "QuotaExceeded");
    assert.match(cause.summary, /the pod of the migration/);
  });
});

async function statefulSetOf({ namespace }: Place): Promise<KubernetesObject> {
  const { text } = await real.client.request("GET", `/apis/apps/v1/namespaces/${namespace}/statefulsets/web`);
  return JSON.parse(text);
}

const severities: readonly Severity[] = ["fatal", "likely", "transient"];

function isAtLeast(severity: Severity, bound: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(bound);
}

/** `SHOW=1` prints what people are told. */
function show(cause: Cause): void {
  if (process.env["SHOW"] !== undefined) console.log(JSON.stringify(cause, undefined, 2));
}
