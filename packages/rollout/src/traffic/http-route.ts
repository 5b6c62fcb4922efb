import { type HTTPRoute, isHttpRoute, type KubernetesObject } from "@fairway/objects";
import type { Router, SideBySide } from "./router.ts";
import { leadsRequests, leadsToSlot, routesTo, slotServiceName, slotServices } from "./slot-services.ts";

/**
 * HTTPRoutes of the Gateway API: each reference to a stable Service becomes two, one for each slot, with weights. Requests
 * that do not come through the Gateway go by the stable Service, and so over with the last step.
 * (Gateway API 1.2, HTTPRouteRule.backendRefs, RouteParentStatus)
 */
export const httpRouteRouter: Router = {
  beside: ({ desired }) => slotServices(desired),
  objects(of, weight) {
    if (weight === 0) return of.former.filter(leadsRequests);
    if (weight === 100) return of.desired.filter(leadsRequests);
    return routesOf(of).map((route) => shared(route, of, weight));
  },
  reads: (of) =>
    routesOf(of).map(({ apiVersion, kind, metadata: { name } }) => ({
      apiVersion,
      kind,
      namespace: of.namespace,
      name,
    })),
  taken(_, weight, live) {
    const late = live.find((route) => !isTaken(route));
    if (live.length > 0 && late === undefined) return { taken: true, detail: `${weight} % to the new release` };
    const name = late?.metadata.name ?? "the route";
    return { taken: false, detail: `${name}: its Gateway has not taken ${weight} % yet` };
  },
};

/** Those of the former release that lead to a stable Service, which both releases have. */
function routesOf({ former, desired }: SideBySide): readonly HTTPRoute[] {
  const stable = desired.filter(leadsToSlot);
  return former.filter(isHttpRoute).filter((route) => routesTo(route, stable));
}

function shared(route: HTTPRoute, { desired, from, to }: SideBySide, weight: number): KubernetesObject {
  const stable = new Set(desired.filter(leadsToSlot).map(({ metadata }) => metadata.name));
  const rules = (route.spec?.rules ?? []).map((rule) => ({
    ...rule,
    backendRefs: (rule.backendRefs ?? []).flatMap((backend) =>
      stable.has(backend.name)
        ? [
            { ...backend, name: slotServiceName(backend.name, from), weight: 100 - weight },
            { ...backend, name: slotServiceName(backend.name, to), weight },
          ]
        : [backend],
    ),
  }));
  return { ...route, spec: { ...route.spec, rules } };
}

/** Every Gateway that the route names has accepted what it says now, and found the Services. */
function isTaken(route: KubernetesObject): boolean {
  if (!isHttpRoute(route)) return false;
  const parents = route.status?.parents ?? [];
  const generation = route.metadata.generation ?? 0;
  return (
    parents.length >= (route.spec?.parentRefs ?? []).length &&
    parents.every(({ conditions = [] }) =>
      ["Accepted", "ResolvedRefs"].every((type) =>
        conditions.some(
          (one) => one.type === type && one.status === "True" && (one.observedGeneration ?? generation) >= generation,
        ),
      ),
    )
  );
}
