/** Why things do not work, asked of real clusters: each row of the diagnosis with what must not be taken for it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
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
import { broken, type Place } from "./diagnosis/broken.ts";
import { fine } from "./diagnosis/fine.ts";
import { examineSeen, readLogs, watchUntil } from "./diagnosis/follow-examinations.ts";
import { deployment, job, other, serving } from "./diagnosis/workload.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { selfSigned } from "./registries/certificate.ts";
import { startDockerRegistry } from "./registries/start-registry.ts";
import { kubeconfigOf } from "./rendered.ts";

const ends: (() => Promise<void>)[] = [];
let real: KubernetesCluster;
/** One that things are done to which the others would feel. */
let maltreated: KubernetesCluster;
let cluster: ConnectedCluster;
let common: Omit<Place, "namespace">;
let spaces = 0;

before(async () => {
  const started = await startKubernetes({ after: (work) => void ends.push(work) }, { clusters: 2, kubelet: true });
  [real, maltreated] = [started.clusters[0] ?? assert.fail(), started.clusters[1] ?? assert.fail()];
  cluster = await connectCluster({ name: real.name, kubeconfig: kubeconfigOf(real) });
  ends.push(async () => cluster.close());
  const host = started.registry.replace(/:\d+$/, "");
  const htpasswd = (await promisify(execFile)("htpasswd", ["-Bbn", "-C", "5", "somebody", "password"])).stdout;
  const closed = await startDockerRegistry({ host, htpasswd });
  ends.push(closed.stop);
  const slow = await listen(createServer(slowly(started.registry)), host);
  for (const address of [closed.address, slow, `${host}:9`]) await real.allowRegistry(address);
  const { certificate, key } = await selfSigned(host);
  const refusing = await listen(createSecureServer({ cert: certificate, key }, refuse), host);
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
      const { place, since } = await apply(objects);
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
    await put([deployment("default", place.image, serving())], maltreated);
    await until((_, { objects }) => objects.filter(isDeployment).some((one) => healthOf(one).status === "Current"));
    await maltreated.stop("kubelet", "SIGKILL");
    const lost = await until(({ causes }) => causes.length > 0);
    for (const cause of lost.causes) show(cause);
    assert.deepEqual(
      lost.causes.map(({ code, node }) => [code, node]),
      [["NodeLost", "node-b"]],
    );

    await maltreated.stop("kube-controller-manager", "SIGKILL");
    await put([deployment("default", place.image, serving(1))], maltreated);
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
      const { place, since } = await apply(objects);
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
    const { place } = await apply(({ namespace, image }) => [
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
    await put([{ apiVersion: "apps/v1", kind: "Deployment", metadata, spec }]);
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
});

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
      const { place } = await apply((at) => [made(at)]);
      let known: { readonly name: string; readonly uid: string } | undefined;
      let isGone = false;
      let earlier: readonly Cause[] = [];
      const { causes } = await watchUntil(
        cluster,
        place.namespace,
        async ({ namespace, objects, events }) => {
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
    const { place } = await apply(({ namespace, image }) => [
      other("v1", "ResourceQuota", "few", namespace, { spec: { hard: { pods: "0" } } }),
      job(namespace, image, "0"),
    ]);
    const cause = await watchUntil(
      cluster,
      place.namespace,
      async ({ namespace, objects, events }) => {
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

/** Creates the objects of a case in a namespace of its own. */
async function apply(
  objects: (place: Place) => readonly KubernetesObject[],
): Promise<{ readonly place: Place; readonly since: number }> {
  spaces += 1;
  const place = { ...common, namespace: `n${spaces}` };
  await put([other("v1", "Namespace", place.namespace, undefined, {})]);
  const account = `/api/v1/namespaces/${place.namespace}/serviceaccounts/default`;
  while ((await real.client.request("GET", account)).code !== 200) await pause(50);
  const all = objects(place);
  const rules = all.filter(({ kind }) => ruling.has(kind));
  const workload = all.at(-1);
  await put(all.slice(0, -1));
  if (rules.length > 0 && workload !== undefined) await untilRuled(place, workload);
  await put(all.slice(-1));
  return { place, since: Date.now() };
}

/** Kinds that hold a moment after they are stored. */
const ruling = new Set([
  "ResourceQuota",
  "LimitRange",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicyBinding",
]);

async function untilRuled({ namespace }: Place, workload: KubernetesObject): Promise<void> {
  const { spec }: { spec?: { template?: { spec?: unknown } } } = JSON.parse(JSON.stringify(workload));
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "try", namespace }, spec: spec?.template?.spec };
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  while ((await real.client.request("POST", path, { body: pod })).code < 400) await pause(100);
}

async function put(objects: readonly KubernetesObject[], into = real): Promise<void> {
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    const prefix = object.apiVersion === "v1" ? "/api/v1" : `/apis/${object.apiVersion}`;
    const plural = object.kind.endsWith("y") ? `${object.kind.slice(0, -1)}ies` : `${object.kind}s`;
    const resource = plural.toLowerCase().replace(/classs$/, "classes");
    const path = `${prefix}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${resource}/${name}`;
    const { code, text } = await into.client.request("PATCH", `${path}?fieldManager=test&force=true`, {
      body: object,
      contentType: "application/apply-patch+yaml",
    });
    assert.ok(code < 300, `${path}: ${code} ${text}`);
  }
}

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

/** `host:port` of a server that ends with the tests. */
async function listen(server: ReturnType<typeof createServer>, host: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address: AddressInfo | string | null = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return `${host}:${address.port}`;
}

/** The registry behind it, some seconds later for each question. */
function slowly(registry: string): RequestListener {
  return async ({ url = "/", method = "GET", headers: { accept = "*/*" } }, answer) => {
    await pause(4_000);
    const from = await fetch(`http://${registry}${url}`, { method, headers: { accept } });
    const kept = ["content-type", "content-length", "docker-content-digest"].flatMap((name) => {
      const value = from.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    answer.writeHead(from.status, Object.fromEntries(kept));
    answer.end(await from.bytes());
  };
}

/** A webhook that lets nothing in. */
const refuse: RequestListener = (request, answer) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const { uid } = JSON.parse(body).request;
    const response = { uid, allowed: false, status: { code: 418, message: "not on a Friday" } };
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response }));
  });
};
