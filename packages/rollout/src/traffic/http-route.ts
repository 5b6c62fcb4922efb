import { type HTTPRoute, isHttpRoute, type KubernetesObject } from "@fairway/objects";
import type { Router, SideBySide } from "./router.ts";
import { leadsOnlyTo, podQueries } from "./serving-pods.ts";
import {
  isOneOf,
  leadsRequests,
  namesOf,
  routesTo,
  sharedServices,
  slotServiceName,
  slotServices,
} from "./slot-services.ts";

/**
 * HTTPRoutes of the Gateway API: each reference to a stable Service becomes two, one for each slot, with weights. Requests
 * that do not come through the Gateway go by the stable Service, and so over with the last step.
 * (Gateway API 1.2, HTTPRouteRule.backendRefs, RouteParentStatus)
 */
export const httpRouteRouter: Router = {
  beside: slotServices,
  objects(of, weight) {
    if (weight === 0) return of.former.filter(leadsRequests);
    if (weight === 100) return of.desired.filter(leadsRequests);
    return routesOf(of).map((route) => shared(route, of, weight));
  },
  reads: (of) => [
    ...routesOf(of).map(({ apiVersion, kind, metadata: { name } }) => ({
      apiVersion,
      kind,
      namespace: of.namespace,
      name,
    })),
    ...podQueries(of),
  ],
  taken(of, weight, live) {
    const stored = live.filter(isHttpRoute);
    const late = routesOf(of).find(({ metadata: { name } }) => {
      const route = stored.find(({ metadata }) => metadata.name === name);
      return route === undefined || !isTaken(route);
    });
    if (late !== undefined) {
      return { taken: false, detail: `${late.metadata.name}: its Gateway has not taken ${weight} % yet` };
    }
    // Whoever does not come by the Gateway.
    const leads = leadsOnlyTo(weight === 100 ? of.to : of.from, of, live);
    const detail = leads ? `${weight} % to the new release` : "the Service does not lead to the right pods yet";
    return { taken: leads, detail };
  },
};

/** Those that lead to a shared Service, as the former release has them; the new one has them too. */
function routesOf(of: SideBySide): readonly HTTPRoute[] {
  const stable = sharedServices(of);
  const kept = namesOf(of.desired.filter(isHttpRoute));
  return of.former.filter((route) => routesTo(route, stable)).filter(({ metadata: { name } }) => kept.has(name));
}

function shared(route: HTTPRoute, of: SideBySide, weight: number): KubernetesObject {
  const stable = namesOf(sharedServices(of));
  const rules = (route.spec?.rules ?? []).map((rule) => ({
    ...rule,
    // Weights are relative to each other, so that one reference becomes two by making all a hundred times larger.
    backendRefs: (rule.backendRefs ?? []).flatMap((backend) => {
      const { name, weight: own = 1 } = backend;
      if (!isOneOf(backend, stable)) return [{ ...backend, weight: own * 100 }];
      return [
        { ...backend, name: slotServiceName(name, of.from), weight: own * (100 - weight) },
        { ...backend, name: slotServiceName(name, of.to), weight: own * weight },
      ];
    }),
  }));
  return { ...route, spec: { ...route.spec, rules } };
}

/** Every Gateway that the route names has accepted what it says now, and found the Services. */
function isTaken(route: HTTPRoute): boolean {
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
