import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import type { EndpointSlice, Ingress, Service } from "@fairway/objects";
import { ingressRoutes } from "./ingress-routes.ts";
import type { Seen } from "./shares.ts";

const options = { address: "127.0.0.1", ingressPort: 0, addressBase: 21_000 };

function service(name: string, namespace = name): Service {
  const metadata = { name, namespace, labels: { "fairway.dev/service": name } };
  const ports = [
    { name: "http", port: 80 },
    { name: "admin", port: 90 },
  ];
  return { apiVersion: "v1", kind: "Service", metadata, spec: { ports } };
}

function slice(of: string, namespace = of): EndpointSlice {
  const metadata = { name: `${of}-x`, namespace, labels: { "kubernetes.io/service-name": of } };
  const ports = [
    { name: "http", port: 1000 },
    { name: "admin", port: 2000 },
  ];
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata,
    ports,
    endpoints: [
      { addresses: ["10.0.0.1"], conditions: { ready: true } },
      { addresses: ["10.0.0.2"], conditions: { ready: false } },
    ],
  };
}

function ingress(name: string, spec: Ingress["spec"], creationTimestamp = "2030-01-01T00:00:00Z"): Ingress {
  const metadata = { name, namespace: "web", creationTimestamp };
  return { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata, ...(spec === undefined ? {} : { spec }) };
}

const to = (name: string, port: { readonly name?: string; readonly number?: number }) => ({ service: { name, port } });

/** What is seen where there are these slices. */
function seenIn(...slices: readonly EndpointSlice[]): Pick<Seen, "slices"> {
  return {
    slices: (namespace, name) =>
      slices.filter(
        ({ metadata }) => metadata.namespace === namespace && metadata.labels?.["kubernetes.io/service-name"] === name,
      ),
  };
}

/** Hosts, path and endpoints of the routes of the listener for hosts. */
function routes(ingresses: readonly Ingress[]) {
  const [listener] = ingressRoutes([service("web")], seenIn(slice("web")), ingresses, options).listeners;
  return listener?.routes.map(({ hosts, path, backends }) => [
    hosts.join(),
    path?.type,
    path?.value,
    backends[0]?.endpoints.join(),
  ]);
}

test("hosts and paths of Ingresses lead to the ready pods of a Service's port, by name or number", () => {
  const one = ingress("web", {
    rules: [
      {
        host: "shop.example",
        http: {
          paths: [
            { path: "/", pathType: "Prefix", backend: to("web", { name: "http" }) },
            { path: "/admin", pathType: "Exact", backend: to("web", { number: 90 }) },
          ],
        },
      },
    ],
    defaultBackend: to("web", { number: 80 }),
  });
  assert.deepEqual(routes([one]), [
    ["shop.example", "prefix", "/", "10.0.0.1:1000"],
    ["shop.example", "exact", "/admin", "10.0.0.1:2000"],
    ["*", undefined, undefined, "10.0.0.1:1000"],
    ["web,web.*", undefined, undefined, "10.0.0.1:1000"],
  ]);
});

test("a host that two Ingresses have stays with the older one; a Service that is not there has no endpoints", () => {
  const paths = (name: string) => [{ path: "/", pathType: "Prefix" as const, backend: to(name, { name: "http" }) }];
  const late = ingress("a", { rules: [{ host: "shop.example", http: { paths: paths("none") } }] });
  const early = ingress(
    "b",
    { rules: [{ host: "shop.example", http: { paths: paths("web") } }] },
    "2029-01-01T00:00:00Z",
  );
  assert.deepEqual(routes([late, early])?.slice(0, 2), [
    ["shop.example", "prefix", "/", "10.0.0.1:1000"],
    ["shop.example", "prefix", "/", ""],
  ]);
});

describe("shares of a Service", () => {
  const weights = { "fairway.dev/weights": '{"a":95,"b":5}', "fairway.dev/number": "3" };
  const web = service("web");
  const shared = { ...web, metadata: { ...web.metadata, annotations: weights } };
  const address = (slot: string, n: number): EndpointSlice => ({
    ...slice(`web-${slot}`, "web"),
    endpoints: [{ addresses: [`10.0.0.${n}`], conditions: { ready: true } }],
  });
  const inWeb = ingress("web", {
    rules: [
      {
        host: "shop.example",
        http: { paths: [{ path: "/", pathType: "Prefix", backend: to("web", { name: "admin" }) }] },
      },
    ],
  });
  /** Weight and endpoints of the backends of each route. */
  const backends = (...slices: readonly EndpointSlice[]) =>
    ingressRoutes([shared], seenIn(slice("web"), ...slices), [inWeb], options)
      .listeners.flatMap(({ routes }) => routes)
      .map((route) => route.backends.map(({ weight, endpoints }) => `${weight}: ${endpoints.join()}`));

  it("are those of its slots, at Ingress hosts, by name and by number", () => {
    assert.deepEqual(backends(address("a", 7), address("b", 8)), [
      ["95: 10.0.0.7:2000", "5: 10.0.0.8:2000"],
      ["95: 10.0.0.7:1000", "5: 10.0.0.8:1000"],
      ["95: 10.0.0.7:1000", "5: 10.0.0.8:1000"],
    ]);
  });

  it("go to the slot that has somebody ready, and by the selector when none has", () => {
    assert.deepEqual(backends(address("b", 8))[1], ["95: ", "5: 10.0.0.8:1000"]);
    assert.deepEqual(backends()[1], ["1: 10.0.0.1:1000"]);
  });
});
