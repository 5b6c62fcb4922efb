import { type IngressBackend, isHttpRoute, isIngress, type KubernetesObject } from "@fairway/objects";

/** Host names of an Ingress or HTTPRoute; one without is for every host. */
export function hostsOf(object: KubernetesObject): readonly string[] {
  if (isHttpRoute(object)) return object.spec?.hostnames ?? ["*"];
  if (!isIngress(object)) return [];
  const ruled = (object.spec?.rules ?? []).map(({ host = "*" }) => host);
  return object.spec?.defaultBackend === undefined ? ruled : [...ruled, "*"];
}

/** Whether everything that it leads to is this Service of its own namespace. */
export function leadsOnlyTo(object: KubernetesObject, service: string): boolean {
  const names = isHttpRoute(object)
    ? (object.spec?.rules ?? []).flatMap((rule) =>
        (rule.backendRefs ?? []).map(({ name, namespace, kind = "Service" }) =>
          kind === "Service" && namespace === undefined ? name : "",
        ),
      )
    : backendsOf(object).map((backend) => backend.service?.name ?? "");
  return names.length > 0 && names.every((name) => name === service);
}

/** Names by which it asks for ports of this Service; numbers are none. */
export function namesPort(object: KubernetesObject, service: string): readonly string[] {
  return backendsOf(object).flatMap((backend) =>
    backend.service?.name === service && backend.service.port?.name !== undefined ? [backend.service.port.name] : [],
  );
}

function backendsOf(object: KubernetesObject): readonly IngressBackend[] {
  if (!isIngress(object)) return [];
  const { defaultBackend, rules = [] } = object.spec ?? {};
  const ruled = rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend));
  return defaultBackend === undefined ? ruled : [defaultBackend, ...ruled];
}
