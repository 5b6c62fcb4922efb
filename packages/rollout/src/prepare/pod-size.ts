import {
  type Container,
  type LimitRange,
  type Pod,
  type PodSpec,
  parseQuantity,
  type ResourceList,
} from "@fairway/objects";

/** By the name of a resource: cores, bytes, or how many. */
export type Amounts = Readonly<Record<string, number>>;

/**
 * What a pod asks for in all: the sum of its containers and of its sidecars, or more where an init container needs more
 * (k8s.io/component-helpers/resource, `PodRequests`).
 */
export function podAmounts(spec: PodSpec | undefined, of: "requests" | "limits"): Amounts {
  let total = (spec?.containers ?? []).reduce((sum: Amounts, one) => added(sum, amountsOf(one.resources?.[of])), {});
  let sidecars: Amounts = {};
  let greatest: Amounts = {};
  for (const one of spec?.initContainers ?? []) {
    const own = amountsOf(one.resources?.[of]);
    const together = added(sidecars, own);
    if (one.restartPolicy === "Always") {
      total = added(total, own);
      sidecars = together;
    }
    greatest = larger(greatest, together);
  }
  return larger(total, greatest);
}

/** As the API stores it: a limit is a request too, and what a container says nothing of is said by the bounds. */
export function withDefaults(pod: Pod, ranges: readonly LimitRange[]): Pod {
  const { spec } = pod;
  if (spec === undefined) return pod;
  const bounds = ranges.flatMap((one) => one.spec?.limits ?? []).filter(({ type }) => type === "Container");
  // The first range that says something counts.
  const filled = (container: Container): Container => {
    const { requests, limits } = container.resources ?? {};
    const most: ResourceList = Object.assign({}, ...bounds.map((one) => one.default).toReversed());
    const least: ResourceList = Object.assign({}, ...bounds.map((one) => one.defaultRequest).toReversed());
    const resources = { requests: { ...most, ...least, ...limits, ...requests }, limits: { ...most, ...limits } };
    return { ...container, resources: { ...container.resources, ...resources } };
  };
  const { containers, initContainers } = spec;
  const inits = initContainers === undefined ? {} : { initContainers: initContainers.map(filled) };
  return { ...pod, spec: { ...spec, containers: containers.map(filled), ...inits } };
}

export function containersOf(spec: PodSpec | undefined): readonly Container[] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
}

export function amountsOf(list: ResourceList | undefined): Amounts {
  return Object.fromEntries(Object.entries(list ?? {}).map(([name, value]) => [name, parseQuantity(value) ?? 0]));
}

export function added(a: Amounts, b: Amounts): Amounts {
  return merged(a, b, (one, other) => one + other);
}

function larger(a: Amounts, b: Amounts): Amounts {
  return merged(a, b, Math.max);
}

function merged(a: Amounts, b: Amounts, merge: (one: number, other: number) => number): Amounts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, merge(a[name] ?? 0, b[name] ?? 0)]));
}
