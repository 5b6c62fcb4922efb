import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFields, type Json, shapeOfKind } from "./index.ts";

const metadata = { name: "x" };
const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "app", image: "x" }] } };
const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector: {}, template } };

function problems(apiVersion: string, kind: string, object: Json, partial = false): readonly string[] {
  const shape = shapeOfKind(apiVersion, kind);
  assert.ok(shape);
  return checkFields(shape, object, { partial }).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("an object that the API takes has no problems", () => {
  assert.deepEqual(problems("apps/v1", "Deployment", deployment), []);
  const rules = [{ backendRefs: [{ name: "x", port: 80 }] }];
  const route = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata, spec: { rules } };
  assert.deepEqual(problems("gateway.networking.k8s.io/v1", "HTTPRoute", route), []);
});

test("every unknown field, wrong type and missing field is told with its path", () => {
  const broken = {
    ...deployment,
    spec: {
      replicas: "3",
      selector: {},
      template: {
        spec: {
          containers: [
            { image: "x", port: 80, resources: { limits: { cpu: "much" } } },
            { name: 1, ports: [{ containerPort: 1.5 }] },
          ],
          hostPID: "yes",
        },
      },
      strategy: [],
      paused: null,
    },
  };
  assert.deepEqual(problems("apps/v1", "Deployment", broken).toSorted(), [
    'spec.replicas: replicas takes a whole number, this is the text "3"',
    "spec.strategy: strategy takes a table, this is a list",
    "spec.template.spec.containers.0.name: name must be there",
    "spec.template.spec.containers.0.port: there is no field port",
    'spec.template.spec.containers.0.resources.limits.cpu: cpu takes a quantity such as 250m or 1Gi, this is the text "much"',
    "spec.template.spec.containers.1.name: name takes text, this is 1",
    "spec.template.spec.containers.1.ports.0.containerPort: containerPort takes a whole number, this is 1.5",
    'spec.template.spec.hostPID: hostPID takes true or false, this is the text "yes"',
  ]);
});

test("a patch may leave anything out, and has directives", () => {
  const patch = {
    spec: { template: { spec: { containers: [{ name: "app", $patch: "delete" }], $retainKeys: ["x"] } } },
  };
  assert.deepEqual(problems("apps/v1", "Deployment", patch, true), []);
  assert.deepEqual(problems("apps/v1", "Deployment", { spec: { replica: 1 } }, true), [
    "spec.replica: there is no field replica",
  ]);
});

test("kinds that services are not made of have no shape", () => {
  assert.equal(shapeOfKind("v1", "Node"), undefined);
  assert.equal(shapeOfKind("v1", "__proto__"), undefined);
});
