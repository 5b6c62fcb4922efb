import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSlice, Service } from "@fairway/objects";
import { type Seen, sharesTaken } from "./shares.ts";

function service(slot: string | undefined, weights?: string, labels: Readonly<Record<string, string>> = {}): Service {
  const annotations = weights === undefined ? {} : { "fairway.dev/weights": weights };
  const selector = slot === undefined ? { app: "web" } : { "fairway.dev/slot": slot };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "web", annotations, labels },
    spec: { selector, ports: [{ name: "http", port: 80 }] },
  };
}

/** Pods by the Service that leads to them; a pod's name begins with its slot, `gone` has no pod any more. */
function seen(pods: Readonly<Record<string, readonly string[]>>): Seen {
  const slice = (names: readonly string[]): EndpointSlice => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "x" },
    ports: [{ name: "http", port: 1000 }],
    endpoints: names.map((name) => ({
      addresses: ["10.0.0.1"],
      conditions: { ready: !name.endsWith("-unready") },
      targetRef: { name },
    })),
  });
  return {
    slices: (_, name) => [slice(pods[name] ?? [])],
    podLabels: (_, name) => (name === "gone" ? undefined : { "fairway.dev/slot": name.slice(0, 1) }),
  };
}

const both = { "web-a": ["a1"], "web-b": ["b1"] };
for (const [title, of, pods, status, said] of [
  ["both slots have somebody ready", service("a", '{"a":95,"b":5}'), both, "True", /^\{"a":95,"b":5\}$/],
  ["a slot has nobody", service("a", '{"a":95,"b":5}'), { "web-a": ["a1"] }, "False", /slot b/],
  ["a slot has nobody ready", service("a", '{"a":1,"b":1}'), { ...both, "web-b": ["b-unready"] }, "False", /slot b/],
  ["nobody is wanted there", service("a", '{"a":100,"b":0}'), { "web-a": ["a1"] }, "True", /^\{"a":100,"b":0\}$/],
  ["it cannot be read", service("a", "half"), both, "False", /not of the form/],
  ["weights are no numbers", service("a", '{"a":"1","b":1}'), both, "False", /not of the form/],
  ["nobody would get any", service("a", '{"a":0,"b":0}'), both, "False", /not of the form/],
  ["the selector has one slot", service("b"), { web: ["b1", "b2"] }, "True", /^\{"a":0,"b":100\}$/],
  ["the endpoints are still the other slot's", service("b"), { web: ["a1", "b1"] }, "False", /another slot/],
  ["a pod that has gone is still there", service("b"), { web: ["gone"] }, "False", /another slot/],
  ["the other slot's are not ready", service("b"), { web: ["b1", "a-unready"] }, "True", /^\{"a":0,"b":100\}$/],
  ["nobody gets any", service("a"), {}, "True", /^\{"a":100,"b":0\}$/],
] as const) {
  test(`what is said of a Service's shares: ${title}`, () => {
    const condition = sharesTaken(of, seen(pods));
    assert.equal(condition?.status, status);
    assert.match(condition?.message ?? "", said);
  });
}

test("nothing is said of Services that lead to no slot, nor of a slot's own", () => {
  assert.equal(sharesTaken(service(undefined), seen({})), undefined);
  assert.equal(sharesTaken(service("a", undefined, { "fairway.dev/slot": "a" }), seen({})), undefined);
});
