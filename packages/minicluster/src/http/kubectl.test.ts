import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { PodLogs } from "../objects-api.ts";
import { startTestApi, type TestApi } from "../testing/api-client.ts";
import { findKubectl, type KubectlAnswer, kubectlFor } from "../testing/kubectl.ts";

// Real kubectl against the served API. There are no controllers here: nothing progresses by itself.
const binary = findKubectl();
const skip = binary === undefined ? "no kubectl: node scripts/fetch-kubectl.ts" : false;

const logs: PodLogs = {
  async *read(pod, options) {
    yield Buffer.from(`${pod.name} ${options.container} tail=${options.tailLines} previous=${options.previous}\n`);
    if (options.follow === true) yield Buffer.from("followed\n");
  },
};

type Kubectl = TestApi & {
  /** Runs kubectl; fails the test when its exit code is not 0. */
  run(...args: readonly string[]): Promise<string>;
  tryRun(...args: readonly string[]): Promise<KubectlAnswer>;
  /** Runs kubectl with something to read. */
  kubectlInput(input: string, ...args: readonly string[]): Promise<KubectlAnswer>;
  apply(manifest: string, ...args: readonly string[]): Promise<KubectlAnswer>;
};

async function start(context: TestContext): Promise<Kubectl> {
  const api = await startTestApi(context, { logs });
  const kubectl = kubectlFor(binary ?? "", api.directory, api.server.kubeconfig("alpha"));
  return {
    ...api,
    tryRun: (...args) => kubectl(args),
    kubectlInput: (input, ...args) => kubectl(args, input),
    async run(...args) {
      const { code, stdout, stderr } = await kubectl(args);
      assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
      return stdout.trim();
    },
    apply: (manifest, ...args) => kubectl(["apply", "-f", "-", ...args], manifest),
  };
}

function shop(image = "shop:1", env = "1"): string {
  return `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {A: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop, labels: {app: shop}}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: app
        image: ${image}
        ports: [{containerPort: 8080, name: http}]
        env: [{name: A, value: "${env}"}, {name: B, value: "2"}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: http, name: http}]}
---
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: shop, labels: {app: one}}
spec: {nodeName: here, containers: [{name: app, image: x}]}
`;
}

test("kubectl apply --server-side: creates, repeats, conflicts, forces", { skip }, async (context) => {
  const { apply, run, objects } = await start(context);
  const first = await apply(shop(), "--server-side");
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /deployment\.apps\/shop serverside-applied/);
  const version = objects.collectionVersion();
  assert.equal((await apply(shop(), "--server-side")).code, 0);
  assert.equal(objects.collectionVersion(), version, "a repeated apply writes nothing");
  await run("scale", "deployment/shop", "--replicas=5", "-n", "shop");
  const refused = await apply(shop(), "--server-side");
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /conflict with "kubectl" with subresource "scale" using apps\/v1: \.spec\.replicas/);
  assert.equal((await apply(shop(), "--server-side", "--force-conflicts")).code, 0);
  assert.equal(await run("get", "deployment", "shop", "-n", "shop", "-o", "jsonpath={.spec.replicas}"), "2");
});

test("kubectl apply: creates, changes, leaves alone, shows the difference, removes fields", {
  skip,
}, async (context) => {
  const { apply, run, kubectlInput } = await start(context);
  assert.equal((await apply(shop())).code, 0);
  const changed = await apply(shop("shop:2", "3"));
  assert.match(changed.stdout, /deployment\.apps\/shop configured\nservice\/shop unchanged/);
  const env = () =>
    run("get", "deployment", "shop", "-n", "shop", "-o", "jsonpath={.spec.template.spec.containers[0].env}");
  assert.equal(await env(), '[{"name":"A","value":"3"},{"name":"B","value":"2"}]');
  await apply(shop("shop:2").replace(', {name: B, value: "2"}', ""));
  assert.equal(await env(), '[{"name":"A","value":"1"}]');
  const dry = await apply(shop("shop:9"), "--dry-run=server");
  assert.match(dry.stdout, /deployment\.apps\/shop configured \(server dry run\)/);
  const difference = await kubectlInput(shop("shop:9"), "diff", "-f", "-");
  assert.equal(difference.code, 1, difference.stderr);
  assert.match(difference.stdout, /\+ +(- )?image: shop:9/);
});

test("kubectl get in all its forms", { skip }, async (context) => {
  const { apply, run, tryRun } = await start(context);
  await apply(shop(), "--server-side");
  assert.match(
    await run("get", "all", "-n", "shop", "--no-headers"),
    /^pod\/one +0\/1 +Pending.*\nservice\/shop.*\ndeployment\.apps\/shop +0\/2 +0 +0/,
  );
  assert.match(
    await run("get", "deploy", "-n", "shop", "-o", "wide"),
    /CONTAINERS +IMAGES +SELECTOR\nshop +0\/2 .* app +shop:1 +app=shop/,
  );
  assert.match(await run("get", "deploy", "shop", "-n", "shop", "-o", "yaml"), /\n {2}replicas: 2\n/);
  assert.equal(JSON.parse(await run("get", "deploy", "shop", "-n", "shop", "-o", "json")).kind, "Deployment");
  assert.equal(await run("get", "po", "-A", "-l", "app in (one,two)", "-o", "name"), "pod/one");
  assert.equal(await run("get", "po", "-A", "--field-selector", "spec.nodeName=here", "-o", "name"), "pod/one");
  assert.equal(
    await run("get", "ns", "--chunk-size=2", "-o", "name"),
    ["default", "kube-node-lease", "kube-public", "kube-system", "shop"].map((name) => `namespace/${name}`).join("\n"),
  );
  assert.match(
    (await tryRun("get", "deploy", "nothing", "-n", "shop")).stderr,
    /Error from server \(NotFound\): deployments\.apps "nothing" not found/,
  );
  assert.match((await tryRun("get", "statefulsets")).stderr, /the server doesn't have a resource type "statefulsets"/);
});

test("kubectl label, annotate, patch, set image, edit, scale", { skip }, async (context) => {
  const { apply, run } = await start(context);
  await apply(shop(), "--server-side");
  await run("label", "deploy/shop", "tier=web", "-n", "shop");
  await run("annotate", "deploy/shop", "note=hi", "-n", "shop");
  await run(
    "patch",
    "deploy/shop",
    "-n",
    "shop",
    "-p",
    '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"C","value":"3"}]}]}}}}',
  );
  await run(
    "patch",
    "deploy/shop",
    "-n",
    "shop",
    "--type=json",
    "-p",
    '[{"op":"replace","path":"/spec/replicas","value":4}]',
  );
  await run("patch", "deploy/shop", "-n", "shop", "--type=merge", "-p", '{"metadata":{"labels":{"app":null}}}');
  await run("set", "image", "deploy/shop", "app=shop:7", "-n", "shop");
  await run("scale", "deploy/shop", "--replicas=6", "--current-replicas=4", "-n", "shop");
  await run("rollout", "restart", "deploy/shop", "-n", "shop");
  const { metadata, spec } = JSON.parse(await run("get", "deploy", "shop", "-n", "shop", "-o", "json"));
  assert.deepEqual([metadata.labels, metadata.annotations, spec.replicas], [{ tier: "web" }, { note: "hi" }, 6]);
  const [app] = spec.template.spec.containers;
  assert.equal(app.image, "shop:7");
  assert.deepEqual(app.env.map(({ name }: { name: string }) => name).sort(), ["A", "B", "C"]);
});

test("kubectl logs", { skip }, async (context) => {
  const { apply, run, tryRun } = await start(context);
  await apply(shop(), "--server-side");
  assert.equal(await run("logs", "one", "-n", "shop", "--tail=3"), "one app tail=3 previous=false");
  assert.equal(await run("logs", "-f", "one", "-n", "shop"), "one app tail=undefined previous=false\nfollowed");
  assert.match((await tryRun("logs", "one", "-n", "shop", "-c", "x")).stderr, /container x is not valid for pod one/);
});

test("kubectl wait: for a condition, for a field, for creation and deletion", { skip }, async (context) => {
  const { apply, run, tryRun, objects } = await start(context);
  await apply(shop(), "--server-side");
  const key = { resource: "pods", namespace: "shop", name: "one" };
  const pod = objects.get(key);
  assert.ok(pod);
  const late = await tryRun("wait", "pod/one", "-n", "shop", "--for=condition=Ready", "--timeout=200ms");
  assert.match(late.stderr, /timed out waiting for the condition on pods\/one/);
  const ready = run("wait", "pod/one", "-n", "shop", "--for=condition=Ready", "--timeout=20s");
  const running = run("wait", "pod/one", "-n", "shop", "--for=jsonpath={.status.phase}=Running", "--timeout=20s");
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  objects.update("pods", { ...pod, status }, { subresource: "status" });
  assert.match(await ready, /pod\/one condition met/);
  assert.match(await running, /pod\/one condition met/);
  await run("wait", "pod/one", "-n", "shop", "--for=create", "--timeout=5s");
  await run("delete", "pod", "one", "-n", "shop", "--wait=false");
  assert.ok(objects.get(key)?.metadata.deletionTimestamp, "it stays for its grace period");
  const gone = run("wait", "pod/one", "-n", "shop", "--for=delete", "--timeout=20s");
  objects.remove(key, { gracePeriodSeconds: 0 });
  await gone;
});

test("kubectl delete: one, many, by label, waiting until it is gone", { skip }, async (context) => {
  const { apply, run, objects } = await start(context);
  await apply(shop(), "--server-side");
  assert.match(await run("delete", "deploy/shop", "service/shop", "-n", "shop"), /deployment\.apps "shop" deleted/);
  assert.match(
    await run("delete", "pod", "-l", "app=one", "-n", "shop", "--force", "--grace-period=0"),
    /pod "one" force deleted/,
  );
  await run("delete", "cm", "--all", "-n", "shop");
  assert.deepEqual(
    ["pods", "services", "deployments", "configmaps"].flatMap((resource) => objects.list(resource)),
    [],
  );
  await run("delete", "ns", "shop", "--wait=false");
  assert.match(await run("get", "ns", "shop"), /shop +Terminating/);
});

test("kubectl create, run, expose: typed clients", { skip }, async (context) => {
  const { run } = await start(context);
  await run("create", "ns", "shop");
  await run("create", "deployment", "web", "--image=web:1", "--replicas=3", "--port=80", "-n", "shop");
  await run("expose", "deployment", "web", "--port=80", "-n", "shop");
  await run("create", "configmap", "c", "--from-literal=a=b", "-n", "shop");
  await run("create", "secret", "generic", "s", "--from-literal=a=b", "-n", "shop");
  await run("create", "job", "j", "--image=x", "-n", "shop", "--", "sh", "-c", "true");
  await run("create", "sa", "robot", "-n", "shop");
  await run("run", "p", "--image=y", "-n", "shop");
  assert.equal(await run("get", "secret", "s", "-n", "shop", "-o", "jsonpath={.data.a}"), "Yg==");
  assert.equal(
    await run(
      "get",
      "deploy",
      "web",
      "-n",
      "shop",
      "-o",
      "jsonpath={.spec.replicas} {.metadata.managedFields[0].manager}",
    ),
    "3 kubectl-create",
  );
});

test("kubectl finds its way: resources, versions, explanations, rights", { skip }, async (context) => {
  const { run, tryRun } = await start(context);
  assert.match(await run("api-resources"), /deployments +deploy +apps\/v1 +true +Deployment/);
  assert.match(await run("version"), /Server Version: v1\.36\.3/);
  assert.match(await run("explain", "deployment.spec.strategy.type"), /FIELD: type <string>/);
  assert.match(
    await run("explain", "pods.spec.containers.resources", "--recursive"),
    /limits\s+<map\[string\]Quantity>/,
  );
  assert.equal(await run("auth", "can-i", "create", "deployments"), "yes");
  assert.match(await run("auth", "whoami"), /Username +admin/);
  assert.match(await run("cluster-info"), /control plane is running at/);
  assert.equal(await run("get", "--raw", "/livez"), "ok");
  assert.match((await tryRun("get", "pods", "--token=wrong")).stderr, /must be logged in|Unauthorized/);
});

test("kubectl shows what is wrong with a manifest", { skip }, async (context) => {
  const { apply } = await start(context);
  await apply(shop());
  const unknown = await apply(shop().replace("replicas: 2", "replicas: 2\n  colour: red"));
  assert.match(unknown.stderr, /strict decoding error: unknown field "spec\.colour"/);
  const fixed = await apply(shop().replaceAll("{app: shop}", "{app: other}"));
  assert.match(fixed.stderr, /The Deployment "shop" is invalid: spec\.selector: Invalid value: .*: field is immutable/);
  const nowhere = await apply(shop().replaceAll("namespace: shop", "namespace: nowhere"));
  assert.match(nowhere.stderr, /namespaces "nowhere" not found/);
});

test("kubectl describe, events, watch", { skip }, async (context) => {
  const { apply, run, objects } = await start(context);
  await apply(shop(), "--server-side");
  objects.create("events", {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "one.1", namespace: "shop" },
    involvedObject: {
      apiVersion: "v1",
      kind: "Pod",
      name: "one",
      namespace: "shop",
      uid: objects.get({ resource: "pods", namespace: "shop", name: "one" })?.metadata.uid,
    },
    type: "Warning",
    reason: "BackOff",
    message: "Back-off restarting failed container",
    count: 3,
    firstTimestamp: new Date(Date.now() - 60_000).toISOString(),
    lastTimestamp: new Date().toISOString(),
    source: { component: "kubelet" },
  });
  assert.match(
    await run("describe", "pod", "one", "-n", "shop"),
    /Warning +BackOff .*Back-off restarting failed container/,
  );
  assert.match(await run("describe", "deploy", "shop", "-n", "shop"), /Replicas: +2 desired/);
  assert.match(await run("get", "events", "-n", "shop"), /Warning +BackOff +pod\/one +Back-off/);
  assert.match(await run("events", "-n", "shop"), /Warning +BackOff +Pod\/one +Back-off/);
  assert.match(await run("get", "cm", "-n", "shop", "--watch", "--request-timeout=500ms"), /settings +1/);
});
