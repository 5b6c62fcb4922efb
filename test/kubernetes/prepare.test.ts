/** What a rollout finds in real clusters before it changes anything: each in one of two, all told together. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { RolloutDetail } from "@fairway/api";
import { accountYaml } from "@fairway/kube";
import { parseQuantity } from "@fairway/objects";
import { environment, type RealPlatform, startRealPlatform } from "./fairway.ts";
import type { KubernetesCluster } from "./harness/start-kubernetes.ts";
import { startWebhook, type Webhook } from "./harness/webhook.ts";

const patience = 120_000;
const cleanUps: (() => Promise<void>)[] = [];
let real: RealPlatform;
let a: KubernetesCluster;
let b: KubernetesCluster;

before(async () => {
  real = await startRealPlatform({ after: (work) => cleanUps.push(work) });
  [a, b] = [real.kubernetes.clusters[0] ?? assert.fail(), real.kubernetes.clusters[1] ?? assert.fail()];
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

interface Wanted {
  readonly replicas?: number;
  /** Lines of app.toml. */
  readonly more?: string;
  /** Files of `kubernetes/`. */
  readonly kubernetes?: Readonly<Record<string, string>>;
  readonly image?: string;
}

const serving = "require('http').createServer((q, s) => s.end('ready')).listen(process.env.PORT)";

async function makeRelease(service: string, wanted: Wanted = {}): Promise<string> {
  const { replicas = 1, more = "", kubernetes = {}, image = real.kubernetes.nodeImage } = wanted;
  const appToml = `name = "${service}"
replicas = ${replicas}
[engine]
name = "image"
[build]
image = "${image}"
[run]
command = ["node", "-e", "${serving}"]
${more}`;
  const { release } = await real.platform.client.createRelease({ body: { environment, appToml, kubernetes } });
  return release.name;
}

let asked = 0;

async function rollOut(service: string, release: string): Promise<RolloutDetail> {
  const { client } = real.platform;
  asked += 1;
  const idempotencyKey = `prepare-${service}-${asked}`;
  const { number } = await client.createRollout({ body: { service, environment, release, idempotencyKey } });
  const end = AbortSignal.timeout(patience);
  for await (const { data } of client.followRollout({ params: { number }, signal: end })) {
    if (data.endedAt === undefined) continue;
    if (process.env["SHOW"] !== undefined) console.log(data.status, data.reason, data.findings);
    return data;
  }
  throw new Error(`rollout ${number} does not end`);
}

/** Deploys and expects that it is refused; `cluster code` of each finding, and all messages. */
async function refused(
  service: string,
  wanted?: Wanted,
): Promise<{ readonly codes: readonly string[]; readonly text: string }> {
  const release = await makeRelease(service, wanted);
  const before = await stateOf(service);
  const { status, findings } = await rollOut(service, release);
  assert.equal(status, "refused", JSON.stringify(findings));
  assert.deepEqual(await stateOf(service), before, "nothing was changed");
  for (const { advice } of findings) assert.match(advice ?? "", /\w/);
  return {
    codes: findings.map(({ cluster, code }) => `${cluster} ${code}`),
    text: findings.map(({ message }) => message).join("\n"),
  };
}

/** Names and versions of all that is in the service's namespaces and not written by controllers. */
async function stateOf(service: string): Promise<readonly string[]> {
  const kinds = "deployments,services,configmaps,serviceaccounts,resourcequotas,limitranges";
  const get = [
    "get",
    kinds,
    "-n",
    service,
    "-o",
    "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation}{'\\n'}{end}",
  ];
  return Promise.all([a, b].map((cluster) => cluster.kubectl(get)));
}

async function succeeds(service: string, wanted?: Wanted): Promise<RolloutDetail> {
  const detail = await rollOut(service, await makeRelease(service, wanted));
  assert.equal(detail.status, "succeeded", JSON.stringify([detail.reason, detail.findings]));
  return detail;
}

async function apply(cluster: KubernetesCluster, object: object): Promise<void> {
  const file = path.join(real.platform.folder, `${cluster.name}-applied.json`);
  await writeFile(file, JSON.stringify(object));
  await cluster.kubectl(["apply", "-f", file]);
}

const inside = (service: string, kind: string, spec: object, apiVersion = "v1") => ({
  apiVersion,
  kind,
  metadata: { name: "theirs", namespace: service },
  spec,
});

describe("prepare in real clusters", () => {
  // First: the nodes are empty.
  it("nodes on which one pod fits and two do not: a warning, and the rollout goes on", async () => {
    const cpu = await a.kubectl(["get", "nodes", "-o", "jsonpath={.items[0].status.allocatable.cpu}"]);
    const request = Math.round((parseQuantity(cpu) ?? 0) * 600);
    const { findings } = await succeeds("large", { more: `[resources]\ncpu = "${request}m"` });
    assert.deepEqual(
      findings.map(({ cluster, severity, code }) => `${cluster} ${severity} ${code}`),
      [`${a.name} warning Unschedulable`, `${b.name} warning Unschedulable`],
    );
    assert.match(findings[0]?.message ?? "", /^1 of 2 pods find no room on the nodes now/);
    await real.fairway(0, "remove", "large", "--env", environment, "--yes");
  });

  it("bounds of others and what others use, in one cluster each", async () => {
    await succeeds("bounds", { replicas: 2 });
    await apply(a, inside("bounds", "ResourceQuota", { hard: { pods: "3" } }));
    await apply(b, inside("bounds", "LimitRange", { limits: [{ type: "Container", max: { memory: "16Mi" } }] }));
    const first = await refused("bounds", { replicas: 2, more: '[env]\nNEW = "1"' });
    assert.deepEqual(first.codes, [`${b.name} LimitRangeViolated`]);
    assert.match(first.text, /the most is 16Mi \(LimitRange theirs\)/);

    const pause = real.kubernetes.nodeImage.replace(/\/base\/.*/, "/base/pause:1");
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    };
    await apply(a, inside("bounds", "Pod", { containers: [{ name: "debug", image: pause, securityContext }] }));
    const both = await refused("bounds", { replicas: 2, more: '[env]\nNEW = "1"' });
    assert.deepEqual(both.codes, [`${a.name} QuotaTooSmall`, `${b.name} LimitRangeViolated`]);
    assert.match(both.text, /others use 1, and the quota theirs is 3/);
  });

  it("a field that somebody else has set: who, how, when, and both values; another cluster's webhook beside it", async () => {
    await succeeds("fields", { replicas: 1 });
    const patch = ["patch", "deployment", "fields-a", "-n", "fields", "--type=merge"];
    await a.kubectl([...patch, "-p", '{"spec":{"replicas":2}}']);
    const webhook = await startWebhook(real.kubernetes.registry.replace(/:\d+$/, ""), () => ({
      allowed: false,
      status: { message: "no pods here", code: 400 },
    }));
    try {
      await apply(b, podWebhook("fields", webhook));
      const { codes, text } = await refused("fields", { replicas: 3 });
      assert.deepEqual(codes, [`${a.name} FieldConflict`, `${b.name} WebhookDenied`]);
      assert.match(text, /\.spec\.replicas \(owned by kubectl-patch, by update at \d{4}-.*Z\): 2, the release has 3/);
      assert.match(text, /refuses a pod of Deployment\/fields-a: .*no pods here/);
    } finally {
      webhook.close();
    }
    // It answers no more, and pods must not come without it.
    assert.deepEqual((await refused("fields", { replicas: 3 })).codes, [
      `${a.name} FieldConflict`,
      `${b.name} WebhookDown`,
    ]);
  });

  it("a policy about pods, which the workload itself passes", async () => {
    await succeeds("policies");
    const name = "no-new-pods";
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
    await apply(a, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: "object.spec.containers.all(c, c.name == 'x')", message: "only x may run" }],
      },
    });
    await apply(a, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "policies" } } },
      },
    });
    const end = Date.now() + patience;
    for (;;) {
      // The API server takes a new policy up after a moment.
      const detail = await rollOut("policies", await makeRelease("policies"));
      if (detail.status === "refused") {
        assert.deepEqual(
          detail.findings.map(({ cluster, code }) => [cluster, code]),
          [[a.name, "PolicyDenied"]],
        );
        assert.match(detail.findings[0]?.message ?? "", /a pod of Deployment\/policies-a.*only x may run/);
        return;
      }
      assert.ok(Date.now() < end, "the policy is never asked");
    }
  });

  it("a field that cannot be changed, with both values, and no secret", async () => {
    const file = (level: string, password: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fixed}\nimmutable: true\ndata: {LEVEL: ${level}, DB_PASSWORD: ${password}}\n`;
    await succeeds("fixed", { kubernetes: { "fixed.yaml": file("info", "hunter-two") } });
    const { codes, text } = await refused("fixed", { kubernetes: { "fixed.yaml": file("debug", "hunter-three") } });
    assert.deepEqual(codes, [`${a.name} ImmutableField`, `${b.name} ImmutableField`]);
    assert.match(text, /ConfigMap\/fixed would change a field that cannot be changed: .*\.data/);
    assert.doesNotMatch(text, /hunter/);
  });

  it("a pod that no node could ever take, also before there is a namespace", async () => {
    const { codes, text } = await refused("giant", { more: '[resources]\ncpu = "120"' });
    assert.deepEqual(
      [...new Set(codes)].filter((code) => code.endsWith("Unschedulable")),
      [`${a.name} Unschedulable`, `${b.name} Unschedulable`],
    );
    assert.match(
      text,
      /no node could ever take a pod of Deployment\/giant-a, which asks for 120 of cpu.*1 node with \S+ of cpu in all/,
    );
  });

  it("an image that its registry has not any more", async () => {
    const image = `${real.kubernetes.registry}/base/lost`;
    const manifests = `http://${image.replace("/", "/v2/")}/manifests`;
    const manifest = await fetch(`${manifests.replace("/lost/", "/pause/")}/1`);
    const digest = manifest.headers.get("docker-content-digest");
    const headers = { "content-type": manifest.headers.get("content-type") ?? "" };
    assert.ok((await fetch(`${manifests}/1`, { method: "PUT", body: await manifest.bytes(), headers })).ok);
    const release = await makeRelease("lost", { image: `${image}:1` });
    for (const what of ["1", digest]) await fetch(`${manifests}/${what}`, { method: "DELETE" });
    const { status, findings } = await rollOut("lost", release);
    assert.equal(status, "refused");
    assert.deepEqual(
      findings.map(({ cluster, code }) => `${cluster} ${code}`),
      [`${a.name} ImageNotFound`, `${b.name} ImageNotFound`],
    );
    assert.match(findings[0]?.message ?? "", /base\/lost@sha256:\w+, which Deployment\/lost-a runs/);
  });

  it("rights that are missing, together; a right that only prepare wants is none of them", async () => {
    const granted: { rules: { resources: string[]; verbs: string[] }[] } = JSON.parse(
      await a.kubectl(["get", "clusterrole", "fairway", "-o", "json"]),
    );
    const without = (...taken: readonly (readonly [resource: string, verb: string])[]) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "fairway" },
      rules: granted.rules.map((rule) => {
        const gone = taken.filter(([resource]) => rule.resources.includes(resource)).map(([, verb]) => verb);
        return { ...rule, verbs: rule.verbs.filter((verb) => !gone.includes(verb)) };
      }),
    });
    const restore = async () => {
      const file = path.join(real.platform.folder, "account.yaml");
      await writeFile(file, accountYaml());
      await a.kubectl(["apply", "--server-side", "--force-conflicts", "-f", file]);
    };
    try {
      await replace(a, without(["deployments", "patch"], ["services", "create"]));
      const { codes, text } = await refused("rights");
      assert.ok(codes.includes(`${a.name} PermissionMissing`));
      assert.match(text, /does not let us create services, patch deployments\.apps/);
      // A rule without verbs is none.
      const rest = without(["pods", "create"]);
      await replace(a, { ...rest, rules: rest.rules.filter(({ verbs }) => verbs.length > 0) });
      await succeeds("rights");
    } finally {
      await restore();
    }
  });

  it("a cluster that cannot be reached and what the other has, in one answer", async () => {
    await succeeds("away", { replicas: 1 });
    await a.kubectl(["scale", "deployment", "away-a", "-n", "away", "--replicas=2"]);
    const release = await makeRelease("away", { replicas: 3 });
    await b.stop("kube-apiserver", "SIGKILL");
    try {
      const { status, findings } = await rollOut("away", release);
      assert.equal(status, "refused");
      assert.deepEqual(
        findings.map(({ cluster, code }) => `${cluster} ${code}`),
        [`${a.name} FieldConflict`, `${b.name} ClusterUnreachable`],
      );
    } finally {
      await b.start("kube-apiserver");
    }
  });
});

async function replace(cluster: KubernetesCluster, object: object): Promise<void> {
  const file = path.join(real.platform.folder, `${cluster.name}-replaced.json`);
  await writeFile(file, JSON.stringify(object));
  await cluster.kubectl(["replace", "-f", file]);
}

/** Asked about each new pod of one namespace. */
function podWebhook(namespace: string, { url, authority }: Webhook): object {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "pods-of-fields" },
    webhooks: [
      {
        name: "pods.example.com",
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        clientConfig: { url, caBundle: authority },
        failurePolicy: "Fail",
        sideEffects: "None",
        timeoutSeconds: 5,
        admissionReviewVersions: ["v1"],
      },
    ],
  };
}
