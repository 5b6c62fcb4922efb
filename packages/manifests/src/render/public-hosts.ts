import type { HTTPRoute, Ingress } from "@fairway/objects";
import type { PublicAddress, PublicSettings } from "@fairway/spec";
import { metadata, type Place } from "./place.ts";
import { servicePort } from "./service.ts";

/** Public hosts as an Ingress, where the profile says so. */
export function ingress(place: Place): readonly Ingress[] {
  const { spec } = place.inputs;
  const settings = place.cluster.profile.public;
  if (settings.via !== "ingress" || spec.public.length === 0) return [];
  const tls = certificates(spec.name, spec.public, settings);
  const backend = { service: { name: spec.name, port: { name: "http" } } };
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: metadata(place, spec.name, { annotations: settings.annotations }),
      spec: {
        ...(settings.class === undefined ? {} : { ingressClassName: settings.class }),
        ...(tls.length === 0 ? {} : { tls }),
        rules: byHost(spec.public).map(([host, addresses]) => ({
          host,
          http: { paths: addresses.map(({ path }) => ({ path, pathType: "Prefix", backend })) },
        })),
      },
    },
  ];
}

/**
 * Public hosts as HTTPRoutes, one for each, at the profile's Gateway. Certificates are the Gateway's business: what wants TLS
 * attaches to the section that the profile names, what does not to every listener.
 */
export function httpRoutes(place: Place): readonly HTTPRoute[] {
  const { spec } = place.inputs;
  const { via, gateway, annotations } = place.cluster.profile.public;
  if (via !== "gateway" || gateway === undefined) return [];
  return byHost(spec.public).map(([host, addresses]) => {
    const secured = addresses.every(({ tls }) => tls) && gateway.section !== undefined;
    return {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: metadata(place, host.replace("*.", "wildcard."), { annotations }),
      spec: {
        parentRefs: [
          {
            group: "gateway.networking.k8s.io",
            kind: "Gateway",
            namespace: gateway.namespace,
            name: gateway.name,
            ...(secured ? { sectionName: gateway.section } : {}),
          },
        ],
        hostnames: [host],
        rules: addresses.map(({ path }) => ({
          matches: [{ path: { type: "PathPrefix", value: path } }],
          // One backend: shares of requests belong to a rollout, and two writers cannot share this list.
          backendRefs: [{ group: "", kind: "Service", name: spec.name, port: servicePort, weight: 1 }],
        })),
      },
    };
  });
}

/** Hosts and their addresses in the order of app.toml. */
function byHost(addresses: readonly PublicAddress[]): readonly (readonly [string, readonly PublicAddress[]])[] {
  return [...Map.groupBy(addresses, ({ host }) => host)];
}

/** Hosts of one certificate stand together. */
function certificates(
  service: string,
  addresses: readonly PublicAddress[],
  { certificate }: PublicSettings,
): readonly { readonly hosts: readonly string[]; readonly secretName?: string }[] {
  const hosts = [...new Set(addresses.filter(({ tls }) => tls).map(({ host }) => host))];
  const secret = (host: string): string | undefined =>
    certificate?.replaceAll("{service}", service).replaceAll("{host}", host.replace("*.", "wildcard."));
  return [...Map.groupBy(hosts, secret)].map(([secretName, hosts]) =>
    secretName === undefined ? { hosts } : { hosts, secretName },
  );
}
