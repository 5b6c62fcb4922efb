import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "@fairway/objects";
import type { Dependency, StorageKind } from "@fairway/spec";
import { platformDependencies } from "../dependencies.ts";
import { callsLabel, environmentLabel, serviceLabel } from "../labels.ts";
import { metadata, type Place } from "./place.ts";

/** Where the usual servers of each kind listen. */
const storagePorts: Readonly<Record<StorageKind, number>> = {
  postgresql: 5432,
  mysql: 3306,
  redis: 6379,
  mongodb: 27017,
  cassandra: 9042,
  rabbitmq: 5672,
  kafka: 9092,
  s3: 443,
};

/**
 * Who may reach the pods of a service's namespace, and what these may reach: nothing but what is declared. Consumers carry a
 * label that says whom they call, so that a new one changes nothing at the provider. Environments do not meet.
 */
export function networkPolicy(place: Place): readonly NetworkPolicy[] {
  if (!place.cluster.profile.network.policies) return [];
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: metadata(place, place.inputs.spec.name),
      spec: {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        ingress: ingressRules(place),
        egress: egressRules(place),
      },
    },
  ];
}

/** Pods of the service itself, crons and what the team brings besides included. */
function itself({ inputs }: Place): NetworkPolicyPeer {
  return { podSelector: { matchLabels: { [serviceLabel]: inputs.spec.name } } };
}

function ingressRules(place: Place): readonly NetworkPolicyIngressRule[] {
  const { spec, environment } = place.inputs;
  const { gateways, platform } = place.cluster.profile.network;
  const callers: NetworkPolicyPeer = {
    namespaceSelector: {},
    podSelector: { matchLabels: { [callsLabel(spec.name)]: "true", [environmentLabel]: environment } },
  };
  return [
    { from: [callers, ...namespaces(gateways)], ports: [{ protocol: "TCP", port: "http" }] },
    { from: [itself(place), ...namespaces(platform)] },
  ];
}

function egressRules(place: Place): readonly NetworkPolicyEgressRule[] {
  const { spec, environment } = place.inputs;
  const { platform, internal } = place.cluster.profile.network;
  const providers = platformDependencies(spec).map(
    ({ name }): NetworkPolicyPeer => ({
      namespaceSelector: {},
      podSelector: { matchLabels: { [serviceLabel]: name, [environmentLabel]: environment } },
    }),
  );
  const external = spec.dependencies.map(waysOut);
  const outsidePorts = ports(external.flatMap(({ outside }) => outside));
  const storages = ports(spec.storages.map(({ kind }) => storagePorts[kind]));
  return [
    dns,
    { to: [itself(place), ...providers, ...namespaces(platform)] },
    ...(outsidePorts.length === 0 ? [] : [{ to: everywhereBut(internal), ports: outsidePorts }]),
    ...external.flatMap(({ ranges }) => ranges),
    // Where they are is known only when they are handed out.
    ...(storages.length === 0 ? [] : [{ ports: storages }]),
  ];
}

/** Cluster DNS runs in pods; link-local addresses are those of caches on the node and of clouds. */
const dns: NetworkPolicyEgressRule = {
  to: [{ namespaceSelector: {} }, { ipBlock: { cidr: "169.254.0.0/16" } }],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

function namespaces(names: readonly string[]): readonly NetworkPolicyPeer[] {
  if (names.length === 0) return [];
  // Kubernetes itself puts this label on every namespace.
  const key = "kubernetes.io/metadata.name";
  return [{ namespaceSelector: { matchExpressions: [{ key, operator: "In", values: names }] } }];
}

interface WaysOut {
  /** Ports that are open to everywhere outside of the cluster. */
  readonly outside: readonly number[];
  readonly ranges: readonly NetworkPolicyEgressRule[];
}

/** Policies know no host names: a host opens its port to everywhere outside, unless address ranges say where it is. */
function waysOut({ external, hosts = [], cidrs = [] }: Dependency): WaysOut {
  const named = [...(external === undefined ? [] : [portOfUrl(external)]), ...hosts.map(portOfHost)];
  if (cidrs.length === 0) return { outside: named, ranges: [] };
  const ranges = cidrs.map((range) => {
    const [, cidr = range, port] = /^(.*\/\d+)(?::(\d+))?$/.exec(range) ?? [];
    const open = ports(port === undefined ? named : [Number(port)]);
    return { to: [{ ipBlock: { cidr } }], ...(open.length === 0 ? {} : { ports: open }) };
  });
  return { outside: [], ranges };
}

function portOfUrl(url: string): number {
  const [, scheme, port] = /^(https?):\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/i.exec(url) ?? [];
  return port === undefined ? (scheme?.toLowerCase() === "http" ? 80 : 443) : Number(port);
}

function portOfHost(host: string): number {
  return Number(host.slice(host.lastIndexOf(":") + 1));
}

function ports(numbers: readonly number[]): readonly NetworkPolicyPort[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b).map((port) => ({ protocol: "TCP", port }));
}

function everywhereBut(internal: readonly string[]): readonly NetworkPolicyPeer[] {
  return (["0.0.0.0/0", "::/0"] as const).map((cidr) => {
    const except = internal.filter((range) => range.includes(":") === cidr.includes(":") && range !== cidr);
    return { ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } };
  });
}
