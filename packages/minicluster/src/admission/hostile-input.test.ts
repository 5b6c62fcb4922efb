import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { openObjects } from "../open-objects.ts";
import { applyPatch, type PatchType } from "../patch/apply-patch.ts";
import { kinds } from "../registry/registry.ts";
import { shapeOf } from "../schema/shape.ts";
import { ApiError } from "../status.ts";
import type { WriteContext } from "./write-context.ts";

// Whatever a client sends, it gets an ApiError or an object that can be stored; never another exception.
const context: WriteContext & { force: boolean } = {
  manager: "fuzz",
  subresource: "",
  dryRun: false,
  fieldValidation: "Warn",
  warn() {},
  force: true,
};

const words = [
  "metadata",
  "spec",
  "status",
  "name",
  "template",
  "containers",
  "env",
  "ports",
  "selector",
  "$patch",
  "data",
];
const values = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, -1, 1.5, "", "a", "delete", "replace", "0.5", "__proto__"),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), tie("value"), { maxKeys: 5 }),
}));

/** A value of a kind's shape in which some parts were replaced by anything. */
function spoiled(good: Json, change: Json, path: readonly number[]): Json {
  const [step, ...rest] = path;
  if (step === undefined || typeof good !== "object" || good === null) return change;
  if (Array.isArray(good))
    return good.map((item, index) => (index === step % good.length ? spoiled(item, change, rest) : item));
  const keys = Object.keys(good);
  const key = keys[step % Math.max(1, keys.length)];
  return key === undefined ? change : { ...good, [key]: spoiled(good[key] ?? null, change, rest) };
}

const template = {
  metadata: { labels: { a: "b" } },
  spec: { containers: [{ name: "app", image: "x", env: [{ name: "A", value: "1" }] }] },
};
const samples: Readonly<Record<string, JsonObject>> = {
  deployments: { spec: { replicas: 1, selector: { matchLabels: { a: "b" } }, template } },
  replicasets: { spec: { selector: { matchLabels: { a: "b" } }, template } },
  jobs: { spec: { template: { spec: { ...template.spec, restartPolicy: "Never" } } } },
  pods: { spec: template.spec },
  services: { spec: { selector: { a: "b" }, ports: [{ port: 80, targetPort: "http" }] } },
  configmaps: { data: { a: "b" } },
  secrets: { data: { a: "Yg==" }, stringData: { c: "d" } },
  endpointslices: {
    addressType: "IPv4",
    endpoints: [{ addresses: ["127.0.0.1"] }],
    ports: [{ name: "http", port: 80 }],
  },
  events: { involvedObject: { kind: "Pod", name: "p", namespace: "default" } },
  serviceaccounts: { secrets: [{ name: "s" }], imagePullSecrets: [{ name: "p" }] },
  nodes: {
    status: {
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      conditions: [{ type: "Ready", status: "True" }],
    },
  },
  leases: { spec: { holderIdentity: "a", leaseDurationSeconds: 1 } },
};

function onlyApiErrors(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    assert.ok(error.code >= 400 && error.code <= 500);
  }
}

for (const kind of kinds) {
  test(`no ${kind.kind}, however spoiled, breaks the API server`, () => {
    const path = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(values.value, path, values.value, (change, where, patch) => {
        const objects = openObjects({ clock: { now: () => 0 } });
        const sample = { metadata: { name: "x", labels: { a: "b" }, finalizers: ["a/b"] }, ...samples[kind.resource] };
        const body = spoiled(sample, change, where);
        if (!isObject(body)) return;
        const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
        const typed = { ...body, apiVersion, kind: kind.kind };
        const { lifecycle } = objects;
        onlyApiErrors(() => lifecycle.create(kind, "default", body, context));
        onlyApiErrors(() => lifecycle.apply(kind, "default", "x", typed, context));
        onlyApiErrors(() => lifecycle.apply(kind, "default", "x", { ...sample, apiVersion, kind: kind.kind }, context));
        onlyApiErrors(() => lifecycle.update(kind, "default", "x", () => body, context));
        onlyApiErrors(() => lifecycle.apply(kind, "default", "x", typed, context));
        const by = (type: PatchType) => (current: JsonObject) => applyPatch(type, current, patch, shapeOf(kind.schema));
        onlyApiErrors(() => lifecycle.update(kind, "default", "x", by("json"), context));
        onlyApiErrors(() => lifecycle.update(kind, "default", "x", by("merge"), { ...context, subresource: "status" }));
        onlyApiErrors(() => lifecycle.update(kind, "default", "x", by("strategic"), context));
        const now = Date.UTC(2026, 0, 1);
        for (const object of objects.store.list(kind.resource))
          for (const column of kind.columns) column.cell(object, now);
        objects.close();
      }),
      { numRuns: 80, seed: 1 },
    );
  });
}
