import type { KubernetesObject } from "@fairway/objects";
import type { Settings } from "../../app-toml/settings.ts";
import { type Address, addressesIn, inCluster } from "../addresses.ts";
import { type Remark, remark } from "../remark.ts";
import { asServiceName } from "../service-name.ts";
import type { Neighbour, Subject } from "../subject.ts";
import type { Translated } from "../translated.ts";
import { variablesOf } from "../variables.ts";

/** Top-level domains that are a cluster's namespace at least as often; two words with one of these are a host outside. */
const publicEnding =
  /\.(com|net|org|io|dev|app|cloud|eu|de|uk|fr|ru|cn|us|co|ai|tech|info|internal|local|lan|corp|example|test)$/;

interface Called {
  readonly variable: string;
  readonly address: Address;
}

/** One entry of [[dependencies]] in the making. */
interface Dependency {
  readonly name: string;
  readonly external?: string;
  readonly hosts: readonly string[];
  readonly called: readonly Called[];
  readonly beside: { readonly namespace: string; readonly ports: readonly number[] } | undefined;
}

/** [[dependencies]] from the addresses in variables. The variables stay as they are. */
export function dependencies(subject: Subject): Translated {
  const { variables } = variablesOf(subject.container, subject.group);
  const literal = (name: string) => {
    const origin = variables.get(name);
    return origin?.type === "literal" ? origin.value : undefined;
  };
  const called = [...variables.keys()].flatMap((variable): Called[] =>
    addressesIn(variable, literal(variable) ?? "", literal).map((address) => ({ variable, address })),
  );
  const ownHosts = new Set(subject.group.routes.flatMap(({ object }) => hostsOf(object)));
  const found = new Map<string, Dependency>();
  for (const one of called) {
    const dependency = ownHosts.has(one.address.host) ? undefined : dependencyOf(subject, one);
    if (dependency === undefined || dependency.name === subject.name) continue;
    const known = found.get(dependency.name);
    found.set(dependency.name, known === undefined ? dependency : joined(known, dependency));
  }
  const all = [...found.values()];
  return {
    settings: all.length === 0 ? {} : { dependencies: all.map(settingsOf) },
    comments: all.flatMap((one) => commentsOf(one).map((line) => [`dependencies[${one.name}]`, line] as const)),
    remarks: all.map(remarkOf),
    extras: all.flatMap((one) => egressTo(subject, one)),
  };
}

function dependencyOf(subject: Subject, called: Called): Dependency | undefined {
  const { host, port, scheme } = called.address;
  const inside = clusterName(subject, host);
  if (inside === undefined) return outside(called, host);
  const neighbour: Neighbour | undefined =
    inside.namespace === undefined || inside.namespace === subject.namespace
      ? subject.neighbours.get(inside.service)
      : undefined;
  if (neighbour?.type === "external") return outside(called, neighbour.host);
  const speaksHttp = scheme === undefined || /^(https?|wss?|grpc)$/.test(scheme);
  if (neighbour?.type === "service") return { name: neighbour.name, hosts: [], called: [called], beside: undefined };
  const name = asServiceName(inside.service);
  if (name === undefined) return undefined;
  if (neighbour === undefined && speaksHttp) return { name, hosts: [], called: [called], beside: undefined };
  const namespace = inside.namespace ?? subject.namespace;
  const full = namespace === undefined ? host : `${inside.service}.${namespace}.svc.cluster.local`;
  return {
    name,
    hosts: port === undefined ? [] : [`${full}:${port}`],
    called: [called],
    beside: namespace === undefined || port === undefined ? undefined : { namespace, ports: [port] },
  };
}

/** Two words may be `service.namespace` or a host outside: known Services and endings decide. */
function clusterName(subject: Subject, host: string): ReturnType<typeof inCluster> {
  const inside = inCluster(host);
  if (inside?.namespace === undefined || /\.svc(\.cluster\.local)?$/.test(host)) {
    return inside;
  }
  const known = subject.neighbours.has(inside.service) && inside.namespace === subject.namespace;
  return known || !publicEnding.test(host) ? inside : undefined;
}

function outside(called: Called, host: string): Dependency | undefined {
  const { scheme, port } = called.address;
  const name =
    asServiceName(
      called.variable.replace(
        /_?(BASE_URL|URL|URI|HOSTNAME|HOSTS?|ADDR(ESS)?|ENDPOINT|DSN|SERVERS?|BROKERS?|BOOTSTRAP_SERVERS)$/i,
        "",
      ),
    ) ?? asServiceName(host.split(".")[0] ?? host);
  if (name === undefined) return undefined;
  const one = { name, called: [called], beside: undefined };
  if (scheme === "http" || scheme === "https") {
    const usual = port === undefined || port === (scheme === "http" ? 80 : 443);
    return { ...one, external: `${scheme}://${host}${usual ? "" : `:${port}`}`, hosts: [] };
  }
  return { ...one, hosts: port === undefined ? [] : [`${host}:${port}`] };
}

function joined(a: Dependency, b: Dependency): Dependency {
  return {
    ...a,
    hosts: [
      ...new Set([
        ...a.hosts,
        ...b.hosts,
        ...(a.external !== undefined && b.external !== undefined && a.external !== b.external
          ? [hostOf(b.external)]
          : []),
      ]),
    ],
    called: [...a.called, ...b.called],
    beside:
      a.beside === undefined
        ? b.beside
        : { ...a.beside, ports: [...new Set([...a.beside.ports, ...(b.beside?.ports ?? [])])] },
  };
}

function hostOf(address: string): string {
  const host = address.replace(/^https?:\/\//, "");
  return /:\d+$/.test(host) ? host : `${host}:${address.startsWith("http://") ? 80 : 443}`;
}

function settingsOf({ name, external, hosts }: Dependency): Settings {
  return { name, ...(external === undefined ? {} : { external }), ...(hosts.length === 0 ? {} : { hosts }) };
}

function variablesIn({ called }: Dependency): string {
  return [...new Set(called.map(({ variable }) => variable))].join(", ");
}

function addressVariable(name: string): string {
  return `SERVICE_${name.toUpperCase().replaceAll("-", "_")}_URL`;
}

function commentsOf(one: Dependency): readonly string[] {
  const variables = variablesIn(one);
  if (one.hosts.length > 0) return [`${variables} holds its address.`];
  return [`${variables} holds the address until now; ${addressVariable(one.name)} has it in every environment.`];
}

function remarkOf(one: Dependency): Remark {
  const variables = variablesIn(one);
  const about = `dependency ${one.name}`;
  const url = addressVariable(one.name);
  if (one.beside !== undefined) {
    const message = `${one.hosts.join(", ")} goes on running beside Fairway`;
    const isShort = one.called.some(({ address }) => !address.host.includes("."));
    return isShort
      ? remark("todo", about, message, `a service has a namespace of its own: give ${variables} the whole name`)
      : remark("note", about, message);
  }
  if (one.external !== undefined || one.hosts.length > 0) {
    return remark("note", about, `${one.external ?? one.hosts.join(", ")}, outside of the cluster, from ${variables}`);
  }
  return remark(
    "todo",
    about,
    `the address in ${variables} is one of the old namespace`,
    `read ${url}, or set ${variables} to what that has in each environment`,
  );
}

/** Network policies let a service out to other services and to the outside; a database in another namespace needs one of its own. */
function egressTo({ name }: Subject, { name: target, beside }: Dependency): readonly KubernetesObject[] {
  if (beside === undefined) return [];
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `${name}-to-${target}`.slice(0, 63).replace(/-+$/, "") },
      spec: {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [
          {
            to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": beside.namespace } } }],
            ports: beside.ports.map((port) => ({ protocol: "TCP", port })),
          },
        ],
      },
    },
  ];
}

function hostsOf(object: unknown): readonly string[] {
  const text = JSON.stringify(object);
  return [...text.matchAll(/"host":"([^"]+)"/g)].flatMap(([, host]) => host ?? []);
}
