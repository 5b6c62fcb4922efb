import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeployment, isPod, type KubernetesObject, kindInfo, parseObject, refKey, refOf } from "@fairway/objects";
import type { HealthCheck, ServiceSpec } from "@fairway/spec";
import fc from "fast-check";
import { canonicalJson, placeInSlot, releaseName, render } from "../index.ts";
import { inputsOf, inputsOfSpec, sha256 } from "./testing/inputs.ts";

const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/);
const check: fc.Arbitrary<HealthCheck | undefined> = fc.option(
  fc.record({
    path: fc.stringMatching(/^\/[!-~]{0,50}$/),
    period: fc.integer({ min: 1, max: 300 }),
    timeout: fc.integer({ min: 1, max: 300 }),
    threshold: fc.integer({ min: 1, max: 1000 }),
  }),
  { nil: undefined },
);
const spec: fc.Arbitrary<ServiceSpec> = fc.record({
  name,
  description: fc.string(),
  kind: fc.constantFrom("business", "infrastructure", "frontend", "job"),
  owner: fc.option(name, { nil: undefined }),
  oncall: fc.constant(undefined),
  links: fc.constant([]),
  replicas: fc.integer({ min: 0, max: 1000 }),
  engine: fc.record({
    name: fc.constantFrom("golang", "php", "python", "node"),
    version: fc.option(fc.string(), { nil: undefined }),
    size: fc.constantFrom("small", "medium", "large", "xlarge"),
  }),
  build: fc.record({
    command: fc.constant(undefined),
    base: fc.constant(undefined),
    image: fc.constant(undefined),
    exclude: fc.array(fc.string()),
  }),
  run: fc.record({
    command: fc.option(fc.array(fc.string(), { minLength: 1 }), { nil: undefined }),
    args: fc.array(fc.string()),
    port: fc.integer({ min: 1024, max: 65535 }),
    grace: fc.integer({ min: 0, max: 3600 }),
  }),
  health: fc.record({ live: check, ready: check, startup: check }),
  dependencies: fc.uniqueArray(fc.record({ name }), { selector: (one) => one.name }),
  env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/), fc.string()),
  metrics: fc.constant(undefined),
  storages: fc.constant([]),
  events: fc.constant([]),
  crons: fc.constant([]),
  migrations: fc.constant(undefined),
  secrets: fc.constant({ required: [] }),
  public: fc.constant([]),
  deploy: fc.constant({ strategy: "rolling" as const, steps: [], waves: [], analysis: [], timeout: undefined }),
  resources: fc.constant({
    cpu: undefined,
    memory: undefined,
    netutil: undefined,
    limits: { cpu: undefined, memory: undefined },
  }),
  memory: fc.constant({ stagger: undefined }),
  slo: fc.constant(undefined),
  kubernetes: fc.constant({ patches: [] }),
});

const labelName = /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

function assertValid(object: KubernetesObject): void {
  assert.ok(parseObject(JSON.parse(JSON.stringify(object))).ok);
  const kind = kindInfo(object);
  assert.ok(kind);
  assert.match(object.metadata.name, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
  assert.equal(object.metadata.namespace !== undefined, kind.namespaced);
  const template = isDeployment(object) ? object.spec?.template.metadata?.labels : undefined;
  for (const [key, value] of Object.entries({ ...object.metadata.labels, ...template })) {
    assert.match(key, labelName);
    assert.match(value, labelValue);
  }
}

function orderOf(object: KubernetesObject): number {
  return kindInfo(object)?.applyOrder ?? Number.NaN;
}

test("any spec renders to valid objects, in apply order, the same bytes each time", () => {
  fc.assert(
    fc.property(spec, name, fc.constantFrom("a" as const, "b" as const), (one, environment, slot) => {
      const inputs = inputsOfSpec(one, environment);
      const rendered = render(inputs, sha256);
      assert.equal(canonicalJson(render(structuredClone(inputs), sha256)), canonicalJson(rendered));
      for (const objects of Object.values(rendered)) {
        const placed = placeInSlot(objects, slot, releaseName(inputs, sha256));
        placed.forEach(assertValid);
        assert.deepEqual(
          placed.map(orderOf),
          placed.map(orderOf).toSorted((a, b) => a - b),
        );
        assert.equal(new Set(placed.map((object) => refKey(refOf(object)))).size, placed.length);
      }
    }),
  );
});

test("pods match the selector of their Deployment, and never run as root or with a writable root", () => {
  fc.assert(
    fc.property(spec, (one) => {
      const objects = placeInSlot(render(inputsOfSpec(one, "prod"), sha256)["alpha"] ?? [], "a", "0123456789ab");
      assert.equal(objects.some(isPod), false);
      const { selector, template } = objects.find(isDeployment)?.spec ?? {};
      assert.ok(selector?.matchLabels && template?.spec);
      for (const [key, value] of Object.entries(selector.matchLabels)) {
        assert.equal(template.metadata?.labels?.[key], value);
      }
      assert.equal(template.spec.securityContext?.runAsNonRoot, true);
      const [app] = template.spec.containers;
      assert.equal(app?.securityContext?.readOnlyRootFilesystem, true);
      assert.equal(app?.securityContext?.allowPrivilegeEscalation, false);
      // The sleep of preStop is part of the grace period: the process keeps all of its own.
      const drain = app?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      assert.equal(template.spec.terminationGracePeriodSeconds, drain + one.run.grace);
    }),
  );
});

test("a change of a variable makes another ConfigMap, the same variables the same one", () => {
  const variables = (text: string): string | undefined =>
    render(inputsOf(`name = "user"\n${text}`, "prod"), sha256)["alpha"]?.find((one) => one.kind === "ConfigMap")
      ?.metadata.name;
  assert.equal(variables('env = { A = "1", B = "2" }'), variables('replicas = 3\nenv = { B = "2", A = "1" }'));
  assert.notEqual(variables('env = { A = "1" }'), variables('env = { A = "2" }'));
});
