import { isNetworkPolicy, type KubernetesObject, type NetworkPolicy } from "@fairway/objects";

type Spec = NonNullable<NetworkPolicy["spec"]>;

/**
 * The policy with all that the former release's one lets through as well, so that pods of the former release are not cut off
 * while they still run. A direction that only one of them restricts is open. Where they are about other pods the former
 * stays as it was.
 *
 * @param former Undefined: nothing was restricted.
 */
export function widenPolicy(policy: KubernetesObject, former: KubernetesObject | undefined): KubernetesObject {
  if (!isNetworkPolicy(policy)) return policy;
  const before: Spec = former !== undefined && isNetworkPolicy(former) ? (former.spec ?? {}) : {};
  const after: Spec = policy.spec ?? {};
  if (former !== undefined && !same(before.podSelector ?? {}, after.podSelector ?? {})) {
    return { ...policy, spec: before };
  }
  const types = [...new Set([...typesOf(after), ...(former === undefined ? [] : typesOf(before))])];
  const rules = <R>(type: "Ingress" | "Egress", of: (spec: Spec) => readonly R[] | undefined, all: R): readonly R[] => {
    const own = typesOf(after).includes(type) ? (of(after) ?? []) : [all];
    const theirs = former !== undefined && typesOf(before).includes(type) ? (of(before) ?? []) : [all];
    return [...own, ...theirs.filter((rule) => !own.some((one) => same(one, rule)))];
  };
  const spec: Spec = {
    ...after,
    policyTypes: types,
    ...(types.includes("Ingress") ? { ingress: rules("Ingress", ({ ingress }) => ingress, {}) } : {}),
    ...(types.includes("Egress") ? { egress: rules("Egress", ({ egress }) => egress, {}) } : {}),
  };
  return isNarrower(after, spec) ? { ...policy, spec } : policy;
}

function isNarrower(after: Spec, widened: Spec): boolean {
  const parts = ({ ingress = [], egress = [] }: Spec): readonly unknown[] => [ingress, egress];
  return !same(parts(after), parts(widened)) || typesOf(after).length < (widened.policyTypes?.length ?? 0);
}

/** As the API fills it in. */
function typesOf({ policyTypes, egress = [] }: Spec): readonly ("Ingress" | "Egress")[] {
  return policyTypes ?? (egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"]);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
