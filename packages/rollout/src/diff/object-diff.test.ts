import assert from "node:assert/strict";
import { test } from "node:test";
import { type KubernetesObject, type ManagedFieldsEntry, secretHider } from "@fairway/objects";
import fc from "fast-check";
import type { ObjectDiff } from "./cluster-diff.ts";
import { lostAddresses, objectDiff, withLost } from "./object-diff.ts";

/** An object as the API gives it: with what only the server writes. `owned`: FieldsV1 of ours; by default all that counts. */
function stored(kind: string, body: object, owned?: ManagedFieldsEntry["fieldsV1"]): KubernetesObject {
  const entry = { operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1" } as const;
  return {
    // Only these are looked at by their whole type.
    apiVersion: { Ingress: "networking.k8s.io/v1", HTTPRoute: "gateway.networking.k8s.io/v1" }[kind] ?? "v1",
    kind,
    metadata: {
      name: "user",
      uid: "1",
      resourceVersion: String(Math.random()),
      generation: 3,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(owned === undefined ? {} : { managedFields: [{ ...entry, manager: "fairway", fieldsV1: owned }] }),
    },
    status: { observed: Math.random() },
    ...body,
  };
}

function diff(live: KubernetesObject, next: KubernetesObject): ObjectDiff | undefined {
  const told = objectDiff({ object: next, live, next, problems: [] }, undefined, secretHider(), new Map());
  return told === undefined ? undefined : withLost(told, lostAddresses([live], [next]));
}

/** `~ .spec.replicas 3 -> 2`, `! shrink replicas 3 -> 2`. */
function lines(told: ObjectDiff | undefined): readonly string[] {
  const text = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  return [
    ...(told?.fields ?? []).map(({ path, from, to }) => `${path}: ${text(from)} -> ${text(to)}`),
    ...(told?.risks ?? []).map(({ code, why }) => `! ${code}: ${why}`),
  ];
}

const release = (name: string) => ({ labels: { app: "user", "fairway.dev/release": name } });
const template = (name: string, container: object = {}) => ({
  template: { metadata: release(name), spec: { containers: [{ name: "app", ...container }] } },
});
const limits = (memory: string, cpu = "1") => ({
  resources: { limits: { memory, cpu }, requests: { memory: "64Mi" } },
});
const rule = (host: string, ...paths: readonly string[]) => ({
  host,
  http: { paths: paths.map((path) => ({ path, pathType: "Prefix" })) },
});
const match = (path: string) => ({ path: { type: "PathPrefix", value: path } });

const cases: readonly (readonly [title: string, kind: string, live: object, next: object, told: readonly string[]])[] =
  [
    ["what only the server writes", "Service", { spec: { a: 1 } }, { spec: { a: 1 } }, []],
    ["a release's name alone", "Service", { spec: release("one") }, { spec: release("two") }, []],
    [
      "a release's name on pods: they are replaced",
      "Deployment",
      { spec: { replicas: 2, ...template("one") } },
      { spec: { replicas: 2, ...template("two") } },
      ["! restart: its pods belong to another release"],
    ],
    [
      "a release's name on pods that are none",
      "Deployment",
      { spec: { replicas: 0, ...template("one") } },
      { spec: { replicas: 0, ...template("two") } },
      [],
    ],
    [
      "a release's name on what runs by the clock: nothing restarts",
      "CronJob",
      { spec: { jobTemplate: { spec: template("one") } } },
      { spec: { jobTemplate: { spec: template("two") } } },
      [],
    ],
    [
      "less memory, more CPU",
      "Deployment",
      { spec: template("one", limits("512Mi", "500m")) },
      { spec: template("one", limits("0.25Gi", "1")) },
      [
        '.spec.template.spec.containers[name="app"].resources.limits.memory: 512Mi -> 0.25Gi',
        '.spec.template.spec.containers[name="app"].resources.limits.cpu: 500m -> 1',
        "! restart: its pods are made by another template",
        "! shrink: memory limit 512Mi -> 0.25Gi",
      ],
    ],
    [
      "an autoscaler's bounds",
      "HorizontalPodAutoscaler",
      { spec: { minReplicas: 2, maxReplicas: 10 } },
      { spec: { minReplicas: 3, maxReplicas: 5 } },
      [".spec.minReplicas: 2 -> 3", ".spec.maxReplicas: 10 -> 5", "! shrink: most replicas 10 -> 5"],
    ],
    [
      "a smaller quota",
      "ResourceQuota",
      { spec: { hard: { pods: "20", "limits.memory": "8Gi" } } },
      { spec: { hard: { pods: "30", "limits.memory": "4Gi" } } },
      [
        ".spec.hard.pods: 20 -> 30",
        '.spec.hard["limits.memory"]: 8Gi -> 4Gi',
        "! shrink: quota limits.memory 8Gi -> 4Gi",
      ],
    ],
    [
      "a host and a path of an Ingress",
      "Ingress",
      { spec: { rules: [rule("a.example.com", "/", "/api"), rule("b.example.com", "/")] } },
      { spec: { rules: [rule("a.example.com", "/")] } },
      [
        '.spec.rules[host="a.example.com"].http.paths[path="/api"]: {"path":"/api","pathType":"Prefix"} -> undefined',
        '.spec.rules[host="b.example.com"]: {"host":"b.example.com","http":{"paths":[{"path":"/","pathType":"Prefix"}]}} -> undefined',
        "! host-lost: a.example.com/api",
        "! host-lost: b.example.com",
      ],
    ],
    [
      "a host of an HTTPRoute",
      "HTTPRoute",
      { spec: { hostnames: ["a.example.com", "b.example.com"], rules: [{ matches: [match("/shop")] }] } },
      { spec: { hostnames: ["b.example.com"], rules: [{ matches: [match("/shop")] }] } },
      [
        ".spec.hostnames[0]: a.example.com -> b.example.com",
        ".spec.hostnames[1]: b.example.com -> undefined",
        "! host-lost: a.example.com/shop",
      ],
    ],
  ];
for (const [title, kind, live, next, told] of cases) {
  test(`${title} (${kind})`, () => {
    assert.deepEqual(lines(diff(stored(kind, live), stored(kind, next))).toSorted(), told.toSorted());
  });
}

test("only fields that are ours count", () => {
  const live = { spec: { replicas: 2, paused: true, sidecar: "one" } };
  const next = { spec: { replicas: 3, paused: false, sidecar: "two" } };
  const owned = { "f:spec": { "f:replicas": {} } };
  assert.deepEqual(lines(diff(stored("Service", live, owned), stored("Service", next, owned))), [
    ".spec.replicas: 2 -> 3",
  ]);
});

test("no secret is in a difference, whatever the values are", () => {
  const secret = fc.string({ minLength: 1 }).map((text) => `hunter2${text}`);
  const variable = fc.oneof(
    fc.tuple(fc.constantFrom("DB_PASSWORD", "apiKey", "GITHUB_TOKEN", "CREDENTIALS"), secret),
    fc.tuple(
      fc.constant("DB"),
      secret.map((text) => `postgres://me:${encodeURIComponent(text)}@db/users`),
    ),
    fc.tuple(fc.constantFrom("LEVEL", "COLOUR"), fc.string()),
  );
  const variables = fc.array(variable, { maxLength: 5 });
  fc.assert(
    fc.property(variables, variables, fc.constantFrom("ConfigMap", "Deployment", "Secret"), (before, after, kind) => {
      const body = (all: readonly (readonly [string, string])[]) => ({
        data: Object.fromEntries(kind === "Secret" ? all.map(([name, value]) => [`x${name}`, value]) : all),
        spec: template("one", {
          env: all.map(([name, value]) => ({ name, value })),
          args: all.map((one) => `--${one.join("=")}`),
        }),
      });
      const told = diff(stored(kind, body(before)), stored(kind, body(after)));
      return !JSON.stringify(told ?? {}).includes("hunter2");
    }),
  );
});
