import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertGolden } from "../testing/golden.ts";
import { runCli, serviceFolder } from "../testing/run-cli.ts";

const deployment = (name: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, labels: {team: money}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - name: ${name}
        image: registry.example.com/money/${name}:1
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /ready, port: 8080}}
        resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 400m, memory: 256Mi}}
`;

test("import: app.toml on standard output, the report beside it; what is piped is valid", async (t) => {
  const folder = await serviceFolder(t, { "pay.yaml": deployment("pay", 3) });
  const ended = await runCli(["import", "pay.yaml"], { folder });
  assert.equal(ended.code, 0);
  assertGolden("import.app.toml", ended.out);
  assert.match(ended.err, /^✓ pay {2}no patches\n {2}from {6}Deployment pay \(pay\.yaml\)\n/);
  assert.match((await runCli(["validate", "-"], { stdin: ended.out })).out, /valid: service pay/);
  const piped = await runCli(["import", "-"], { stdin: deployment("pay", 3) });
  assert.equal(piped.out.replaceAll("stdin", "pay.yaml"), ended.out);
});

test("import --out: writes, never over what is there, unless forced", async (t) => {
  const folder = await serviceFolder(t, { "a.yaml": `${deployment("pay", 3)}---\n${deployment("bank", 1)}` });
  const first = await runCli(["import", "a.yaml", "--out", "services"], { folder });
  assert.equal(first.code, 0);
  assert.match(first.out, /✓ wrote pay\/app\.toml, bank\/app\.toml to services\n$/);
  assert.match(await readFile(join(folder, "services/bank/app.toml"), "utf8"), /^name = "bank"$/m);
  const again = await runCli(["import", "a.yaml", "--out", "services"], { folder });
  assert.deepEqual([again.code, again.out], [2, ""]);
  assert.match(again.err, /^There is already: services\/pay\/app\.toml, services\/bank\/app\.toml\n {2}do /);
  assert.equal((await runCli(["import", "a.yaml", "--out", "services", "--force"], { folder })).code, 0);
});

test("import --json: everything that the report says", async (t) => {
  const folder = await serviceFolder(t, { "pay.yaml": deployment("pay", 3) });
  const { services, refused, left, issues, written } = JSON.parse(
    (await runCli(["import", "pay.yaml", "--json"], { folder })).out,
  );
  assert.deepEqual([services.length, refused, left, issues, written], [1, [], [], [], []]);
  assert.deepEqual(services[0].from, [{ kind: "Deployment", name: "pay", file: "pay.yaml", line: 1 }]);
  assert.ok(services[0].comparisons[0].same > 5);
});

test("import of several environments: what differs stands in [envs]", async (t) => {
  const folder = await serviceFolder(t, {});
  for (const [environment, replicas] of [
    ["prod", 6],
    ["staging", 1],
  ] as const) {
    await mkdir(join(folder, "deploy", environment), { recursive: true });
    await writeFile(join(folder, "deploy", environment, "pay.yaml"), deployment("pay", replicas));
  }
  const { out } = await runCli(["import", "prod=deploy/prod", "staging=deploy/staging"], { folder });
  assert.match(out, /^replicas = 6$/m);
  assert.match(out, /\[envs\.staging\]\nreplicas = 1\n/);
});

test("import tells what is wrong with what it was given, exit code 2", async (t) => {
  const folder = await serviceFolder(t, {
    "broken.yaml": "kind: Deployment\n  bad: [\n",
    "values.txt": "x",
    "kustomization.yaml": "resources: []\n",
  });
  const usage = async (...args: readonly string[]) => {
    const { code, out, err } = await runCli(["import", ...args], { folder });
    assert.deepEqual([code, out], [2, ""]);
    return err;
  };
  assert.match(await usage(), /^There is nothing to import\.\n {2}do /);
  assert.match(await usage("nowhere"), /^There is no nowhere\./);
  assert.match(await usage("broken.yaml"), /^✗ broken\.yaml:1:7 {2}/);
  assert.match(await usage("."), /kubectl kustomize \. \| fairway import -/);
  assert.match(await usage("-", "--helm", "chart"), /do not go together/);
  const template = await runCli(["import", "-"], { stdin: "kind: {{ .Values.kind }}\n" });
  assert.match(template.err, /helm template <chart> \| fairway import -/);
});

test("import: what cannot become a service is refused with reasons, exit code 1", async () => {
  const daemon = deployment("agent", 1).replace("kind: Deployment", "kind: DaemonSet");
  const { code, out, err } = await runCli(["import", "-"], { stdin: daemon });
  assert.deepEqual([code, out], [1, ""]);
  assert.match(
    err,
    /^✗ agent cannot become a service\n(.*\n)* {2}because {3}it runs on every node \(DaemonSet\)\n {2}do /,
  );
});

test("import: manifests do not steer the terminal", async () => {
  const { err } = await runCli(["import", "-"], {
    stdin: deployment("pay", 1).replace("{team: money}", '{team: money, "x\\e[31m": y}'),
  });
  assert.ok(!err.includes("\u001b"));
});

const cache = fileURLToPath(new URL("../../../../node_modules/.cache/fairway", import.meta.url));
const noHelm = existsSync(join(cache, "helm")) ? false : "there is no helm: node scripts/fetch-kubectl.ts brings one";

test("import --helm: a chart with the user's own helm and values", { skip: noHelm }, async () => {
  const chart = fileURLToPath(new URL("../../../../packages/intake/testdata/charts/storefront/chart", import.meta.url));
  const environment = { PATH: `${cache}:${process.env["PATH"]}` };
  const { code, out } = await runCli(["import", "--helm", chart], { environment });
  assert.equal(code, 0);
  assert.match(out, /^image = "registry\.example\.com\/shop\/storefront:2\.7\.0"$/m);
  const broken = await runCli(["import", "--helm", chart, "--values", "nowhere.yaml"], { environment });
  assert.equal(broken.code, 2);
  assert.match(broken.err, /^helm cannot render .*:\n {2}Error: .*nowhere\.yaml/);
});

test("import --helm without helm says what to do", async () => {
  const { code, err } = await runCli(["import", "--helm", "chart"], { environment: { PATH: "/nonexistent" } });
  assert.equal(code, 1);
  assert.match(
    err,
    /^There is no helm on the PATH\.\n {2}do {7}install helm, or render elsewhere: helm template <chart>/,
  );
});

test("import --profile: sizes and kinds by the platform's own profile", async (t) => {
  const folder = await serviceFolder(t, {
    "pay.yaml": deployment("pay", 3),
    "profile.toml": '[sizes.medium]\ncpu = "100m"\nmemory = "128Mi"\n[sizes.small]\ncpu = "10m"\n',
    "broken.toml": "sizess = 1\n",
  });
  assert.match(
    (await runCli(["import", "pay.yaml", "--profile", "profile.toml"], { folder })).out,
    /^size = "medium"$/m,
  );
  const broken = await runCli(["import", "pay.yaml", "--profile", "broken.toml"], { folder });
  assert.equal(broken.code, 2);
  assert.match(broken.err, /broken\.toml:1:1/);
});
