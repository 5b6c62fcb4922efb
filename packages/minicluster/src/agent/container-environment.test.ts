import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, EnvVar, KubernetesObject, Pod } from "@fairway/objects";
import { containerEnvironment } from "./container-environment.ts";

const own: Container = {
  name: "app",
  resources: { limits: { cpu: "1500m", memory: "256Mi" }, requests: { cpu: "10m" } },
};
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "shop", labels: { b: "2", a: "1" }, annotations: { "x/y": "z" } },
  spec: { containers: [own, { name: "other" }], nodeName: "n" },
};
const node: KubernetesObject = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n" },
  status: { allocatable: { cpu: "8", memory: "1Gi" } },
};

function values(...env: readonly EnvVar[]): readonly string[] {
  const get = ({ resource, name }: { resource: string; name: string }) =>
    resource === "nodes" && name === "n" ? node : undefined;
  const found = containerEnvironment(pod, { ...own, env }, get);
  assert.ok(found.ok);
  return env.map(({ name }) => found.env[name] ?? "-");
}

test("requests and limits in units of a divisor, rounded up; what has no limit has the node's", () => {
  const resource = (name: string, of: string, divisor?: string, containerName?: string): EnvVar => ({
    name,
    valueFrom: {
      resourceFieldRef: {
        resource: of,
        ...(divisor === undefined ? {} : { divisor }),
        ...(containerName === undefined ? {} : { containerName }),
      },
    },
  });
  assert.deepEqual(
    values(
      resource("A", "limits.cpu"),
      resource("B", "limits.cpu", "1m"),
      resource("C", "limits.memory", "1Mi"),
      resource("D", "limits.memory", "0"),
      resource("E", "requests.memory"),
      resource("F", "limits.memory", "1Gi", "other"),
      resource("G", "limits.cpu", "0", "other"),
    ),
    ["2", "1500", "256", "268435456", "0", "1", "8"],
  );
});

test("fields of the pod, single and whole", () => {
  const field = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  assert.deepEqual(
    values(
      field("A", "metadata.labels"),
      field("B", "metadata.labels['a']"),
      field("C", "metadata.annotations['x/y']"),
    ),
    ['a="1"\nb="2"', "1", "z"],
  );
});
