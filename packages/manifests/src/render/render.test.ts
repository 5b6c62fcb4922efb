import assert from "node:assert/strict";
import { test } from "node:test";
import { at, checkFields, isObject, shapeOfKind, toJson } from "@fairway/object-schema";
import { isDeployment, isPod, isService, type KubernetesObject, keyOf, kindInfo, parseObject } from "@fairway/objects";
import type { ProfileSettings, ServiceSpec } from "@fairway/spec";
import fc from "fast-check";
import {
  canonicalJson,
  migrationJob,
  placeInSlot,
  type ReleaseInputs,
  releaseName,
  render,
  type Slot,
} from "../index.ts";
import { profile } from "./testing/arbitrary-profile.ts";
import { name, spec } from "./testing/arbitrary-spec.ts";
import { inputsOf, inputsOfSpec, sha256 } from "./testing/inputs.ts";

const labelName = /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const objectName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const templates = [
  ["spec", "template"],
  ["spec", "jobTemplate", "spec", "template"],
];

function inputsFor(one: ServiceSpec, settings: ProfileSettings, environment = "prod"): ReleaseInputs {
  const inputs = inputsOfSpec(one, environment);
  return { ...inputs, clusters: inputs.clusters.map((cluster) => ({ ...cluster, profile: settings })) };
}

/** All that is applied in one slot of every cluster, the migration too. */
function applied(inputs: ReleaseInputs, slot: Slot = "a"): readonly (readonly KubernetesObject[])[] {
  const job = migrationJob(inputs, sha256)?.job;
  const neutral = [...Object.values(render(inputs, sha256)), job === undefined ? [] : [job]];
  return neutral.map((objects) => placeInSlot(objects, slot, releaseName(inputs, sha256)));
}

function templateLabels(object: KubernetesObject): readonly (readonly [string, unknown])[] {
  return templates.flatMap((path) => {
    const labels = at(toJson(object), ...path, "metadata", "labels");
    return isObject(labels) ? Object.entries(labels) : [];
  });
}

function assertValid(object: KubernetesObject): void {
  const json = toJson(object);
  assert.ok(json !== undefined && parseObject(json).ok);
  const kind = kindInfo(object);
  const shape = shapeOfKind(object.apiVersion, object.kind);
  assert.ok(kind && shape);
  assert.deepEqual(checkFields(shape, json), []);
  assert.match(object.metadata.name, objectName);
  assert.equal(object.metadata.namespace !== undefined, kind.namespaced);
  for (const [key, value] of [...Object.entries(object.metadata.labels ?? {}), ...templateLabels(object)]) {
    assert.match(key, labelName);
    assert.match(String(value), labelValue);
  }
}

function orderOf(object: KubernetesObject): number {
  return kindInfo(object)?.applyOrder ?? Number.NaN;
}

test("any spec and profile give objects that Kubernetes' schemas take, in apply order, the same bytes each time", () => {
  fc.assert(
    fc.property(
      spec,
      profile,
      name,
      fc.constantFrom("a" as const, "b" as const),
      (one, settings, environment, slot) => {
        const inputs = inputsFor(one, settings, environment);
        assert.equal(canonicalJson(render(structuredClone(inputs), sha256)), canonicalJson(render(inputs, sha256)));
        for (const objects of applied(inputs, slot)) {
          objects.forEach(assertValid);
          const orders = objects.map(orderOf);
          assert.deepEqual(
            orders,
            orders.toSorted((a, b) => a - b),
          );
          assert.equal(new Set(objects.map((object) => keyOf(object))).size, objects.length);
        }
      },
    ),
  );
});

test("whatever a profile adds and a patch changes, an object stays that of its service", () => {
  fc.assert(
    fc.property(spec, profile, (one, settings) => {
      for (const object of applied(inputsFor(one, settings)).flat()) {
        const own = {
          "app.kubernetes.io/name": one.name,
          "app.kubernetes.io/managed-by": "fairway",
          "fairway.dev/service": one.name,
        };
        for (const [key, value] of Object.entries(own)) {
          assert.equal(object.metadata.labels?.[key], value);
          for (const [label, text] of templateLabels(object)) if (label === key) assert.equal(text, value);
        }
        const calls = templateLabels(object)
          .map(([key]) => key)
          .filter((key) => key.startsWith("fairway.dev/calls."));
        for (const key of calls) {
          assert.ok(one.dependencies.some((dependency) => `fairway.dev/calls.${dependency.name}` === key));
        }
      }
    }),
  );
});

test("pods match the selectors of their Deployments, each only one's; the Service and the budget see all of them", () => {
  fc.assert(
    fc.property(spec, profile, (one, settings) => {
      const [objects = []] = applied(inputsFor(one, settings));
      assert.equal(objects.some(isPod), false);
      const deployments = objects.filter(isDeployment);
      const matches = (selector: unknown, labels: Readonly<Record<string, string>>) =>
        isObject(selector) && Object.entries(selector).every(([key, value]) => labels[key] === value);
      for (const { spec: deployment } of deployments) {
        const labels = deployment?.template.metadata?.labels ?? {};
        assert.equal(deployments.filter((other) => matches(other.spec?.selector.matchLabels, labels)).length, 1);
        assert.ok(matches(objects.find(isService)?.spec?.selector, labels));
        const budget = objects.find(({ kind }) => kind === "PodDisruptionBudget");
        if (budget) assert.ok(matches(at(toJson(budget), "spec", "selector", "matchLabels"), labels));
      }
      const counts = deployments.map(({ spec: deployment }) => deployment?.replicas ?? 0);
      if (typeof one.replicas === "number")
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          one.replicas,
        );
      else assert.ok(deployments.every(({ spec: deployment }) => deployment?.replicas === undefined));
      const crons = objects.filter(({ kind }) => kind === "CronJob");
      for (const cron of crons) {
        const labels = Object.fromEntries(templateLabels(cron).map(([key, value]) => [key, String(value)]));
        assert.ok(!matches(objects.find(isService)?.spec?.selector, labels));
      }
    }),
  );
});

test("under the restricted level nothing runs as root, with rights, or on a writable root", () => {
  fc.assert(
    fc.property(spec, profile, (one, settings) => {
      for (const object of applied(inputsFor(one, { ...settings, security: "restricted" })).flat()) {
        for (const path of templates) {
          const pod = at(toJson(object), ...path, "spec");
          if (pod === undefined) continue;
          assert.equal(at(pod, "securityContext", "runAsNonRoot"), true);
          assert.equal(at(pod, "automountServiceAccountToken"), false);
          const container = at(pod, "containers", 0, "securityContext");
          assert.equal(at(container, "readOnlyRootFilesystem"), true);
          assert.equal(at(container, "allowPrivilegeEscalation"), false);
          assert.deepEqual(at(container, "capabilities", "drop"), ["ALL"]);
        }
      }
    }),
  );
});

test("a process keeps all of its grace: the sleep before its signal comes on top", () => {
  fc.assert(
    fc.property(spec, (one) => {
      const { template } = applied(inputsOfSpec(one, "prod")).flat().find(isDeployment)?.spec ?? {};
      const drain = template?.spec?.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      assert.equal(template?.spec?.terminationGracePeriodSeconds, drain + one.run.grace);
    }),
  );
});

test("values of variables stand in ConfigMaps and nowhere else; of secrets there is nothing", () => {
  const token = "value-that-nobody-else-has";
  fc.assert(
    fc.property(spec, (one) => {
      const objects = applied(inputsOfSpec({ ...one, env: { TOKEN: token } }, "prod")).flat();
      for (const object of objects) {
        assert.equal(JSON.stringify(object).includes(token), object.kind === "ConfigMap");
        assert.notEqual(object.kind, "Secret");
      }
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
