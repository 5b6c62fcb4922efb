import { type HTTPRoute, isHttpRoute, type KubernetesObject } from "@fairway/objects";
import type { Slot } from "../ports.ts";
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
 * HTTPRoutes of the Gateway API: beside each reference to a stable Service stand two more, one for each slot, and weights share
 * requests out between the three. Requests that do not come through the Gateway go by the stable Service, and so over with the
 * last step. (Gateway API 1.2, HTTPRouteRule.backendRefs, RouteParentStatus)
 *
 * References come before they get weight and go after they lost it: a proxy hears of routes and of what these lead to on
 * separate ways, and answers 503 where a route leads to what has not come yet, or has gone already.
 */
export const httpRouteRouter: Router = {
  answersItself: false,
  beside: slotServices,
  objects(of, weight) {
    const weights = { stable: 0, a: weight, b: weight, [of.from]: 100 - weight };
    const leading =
      weight === 0
        ? atEnd(of, of.former)
        : weight === 100
          ? atEnd(of, of.desired)
          : routesOf(of).map((route) => shared(route, of, weights));
    // A restore may come before the slots had theirs.
    return [...slotServices(of), ...leading];
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
    const late = routesOf(of).find(({ metadata: { name } }) => {
      const route = live.filter(isHttpRoute).find(({ metadata }) => metadata.name === name);
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

type Weights = Readonly<Record<"stable" | Slot, number>>;

const byService: Weights = { stable: 100, a: 0, b: 0 };

/** Those that lead to a shared Service in both releases, as the former one has them. */
function routesOf(of: SideBySide): readonly HTTPRoute[] {
  const stable = sharedServices(of);
  const ours = namesOf(of.desired.filter((object) => routesTo(object, stable)));
  return of.former
    .filter((object): object is HTTPRoute => routesTo(object, stable))
    .filter(({ metadata: { name } }) => ours.has(name));
}

/** What leads requests in one of the releases, before and after which there are shares. */
function atEnd(of: SideBySide, release: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const stable = sharedServices(of);
  const names = namesOf(routesOf(of));
  return release
    .filter(leadsRequests)
    .map((object) =>
      routesTo(object, stable) && names.has(object.metadata.name) ? shared(object, of, byService) : object,
    );
}

function shared(route: HTTPRoute, of: SideBySide, weights: Weights): KubernetesObject {
  const stable = namesOf(sharedServices(of));
  const rules = (route.spec?.rules ?? []).map((rule) => ({
    ...rule,
    // Weights are relative to each other, so that a reference can be shared out where all are a hundred times larger.
    backendRefs: (rule.backendRefs ?? []).flatMap((backend) => {
      const { name, weight: own = 1 } = backend;
      if (!isOneOf(backend, stable)) return [{ ...backend, weight: own * 100 }];
      return [
        { ...backend, weight: own * weights.stable },
        { ...backend, name: slotServiceName(name, "a"), weight: own * weights.a },
        { ...backend, name: slotServiceName(name, "b"), weight: own * weights.b },
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
