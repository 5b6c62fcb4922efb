import type { EndpointSlice, HTTPRoute, KubernetesObject, Pod, Service } from "@fairway/objects";
import type { Slot } from "../ports.ts";
import type { SideBySide } from "../traffic/router.ts";

const namespace = "web";

/** The stable Service as a release in this slot has it. */
export function stableService(slot: Slot, name = "web"): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      namespace,
      labels: { "fairway.dev/service": "web", "fairway.dev/release": slot === "a" ? "one" : "two" },
      annotations: { "fairway.dev/number": "7" },
    },
    spec: {
      selector: { "fairway.dev/service": "web", "fairway.dev/slot": slot },
      ports: [{ name: "http", port: 80, targetPort: "http" }],
    },
  };
}

export type BackendRefs = NonNullable<NonNullable<HTTPRoute["spec"]>["rules"]>[number]["backendRefs"];

export function httpRoute(backendRefs: BackendRefs, metadata: Partial<HTTPRoute["metadata"]> = {}): HTTPRoute {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "shop.example", namespace, ...metadata },
    spec: { parentRefs: [{ name: "public" }], rules: [{ ...(backendRefs === undefined ? {} : { backendRefs }) }] },
  };
}

/** A release in slot a and the next one in slot b, with these objects beside their stable Service. */
export function sideBySide(
  former: readonly KubernetesObject[] = [],
  desired: readonly KubernetesObject[] = former,
): SideBySide {
  return {
    ...{ service: "web", namespace, from: "a", to: "b" },
    former: [stableService("a"), ...former],
    desired: [stableService("b"), ...desired],
  };
}

export function pod(name: string, slot: Slot, ready = true): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { "fairway.dev/service": "web", "fairway.dev/slot": slot } },
    status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

/** The EndpointSlice of a Service with these pods, all of them ready. */
export function slice(pods: readonly string[], service = "web"): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${service}-1`, namespace, labels: { "kubernetes.io/service-name": service } },
    endpoints: pods.map((name) => ({ addresses: ["10.0.0.1"], conditions: { ready: true }, targetRef: { name } })),
  };
}
