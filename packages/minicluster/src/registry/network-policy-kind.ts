import { BlockList, isIP } from "node:net";
import { childOf, type JsonObject, listAt, numberAt, objectAt, objectsAt, textAt } from "../json.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField, invalidValue, notSupported, required } from "./causes.ts";
import { ageColumn, column, nameColumn } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { dnsSubdomainProblems, portNameProblems } from "./names.ts";
import { selectorCauses } from "./selector-validation.ts";
import { shownSelector } from "./shown-selector.ts";

// Sources: k8s.io/kubernetes/pkg/apis/networking/validation, pkg/apis/networking/v1/defaults.go.

const protocols = ["TCP", "UDP", "SCTP"];
const directions = ["Ingress", "Egress"];
const portRange = "must be between 1 and 65535, inclusive";

const isPort = (number: number): boolean => number >= 1 && number <= 65_535;

function portCauses(port: JsonObject, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const protocol = port["protocol"];
  if (protocol !== undefined && !protocols.includes(String(protocol))) {
    causes.push(notSupported(`${path}.protocol`, protocol, protocols));
  }
  const number = port["port"];
  const end = numberAt(port, "endPort");
  if (typeof number === "number") {
    if (!isPort(number)) causes.push(invalidValue(`${path}.port`, number, portRange));
    if (end === undefined) return causes;
    if (end < number) causes.push(invalidValue(`${path}.endPort`, number, "must be greater than or equal to `port`"));
    if (!isPort(end)) causes.push(invalidValue(`${path}.endPort`, end, portRange));
    return causes;
  }
  if (end !== undefined) {
    const why = number === undefined ? "is not specified" : "is non-numeric";
    causes.push(invalidValue(`${path}.endPort`, end, `may not be specified when \`port\` ${why}`));
  }
  if (typeof number === "string") {
    causes.push(...portNameProblems(number).map((problem) => invalidValue(`${path}.port`, number, problem)));
  }
  return causes;
}

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

function rangeOf(text: string): Range | undefined {
  const [address = "", bits = "", ...rest] = text.split("/");
  const family = isIP(address);
  const valid = family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  if (!valid || rest.length > 0) return undefined;
  return { address, bits: Number(bits), family: family === 4 ? "ipv4" : "ipv6" };
}

const rangeProblem = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

function blockCauses(block: JsonObject, path: string): StatusCause[] {
  const cidr = textAt(block, "cidr");
  if (cidr === "") return [required(`${path}.cidr`)];
  const outer = rangeOf(cidr);
  const causes = outer === undefined ? [invalidValue(`${path}.cidr`, cidr, rangeProblem)] : [];
  for (const [index, except] of listAt(block, "except").entries()) {
    const field = `${path}.except[${index}]`;
    const inner = rangeOf(String(except));
    if (inner === undefined) causes.push(invalidValue(field, except, rangeProblem));
    else if (outer !== undefined && !isWithin(inner, outer)) {
      causes.push(invalidValue(field, except, "must be a strict subset of `cidr`"));
    }
  }
  return causes;
}

function isWithin(inner: Range, outer: Range): boolean {
  if (inner.family !== outer.family || inner.bits <= outer.bits) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.bits, outer.family);
  return list.check(inner.address, inner.family);
}

function peerCauses(peer: JsonObject, path: string): StatusCause[] {
  const block = objectAt(peer, "ipBlock");
  const selectors = ["podSelector", "namespaceSelector"].filter((name) => objectAt(peer, name) !== undefined);
  const causes = selectors.flatMap((name) => selectorCauses(objectAt(peer, name), `${path}.${name}`));
  if (block !== undefined) causes.push(...blockCauses(block, `${path}.ipBlock`));
  if (block === undefined && selectors.length === 0) causes.push(required(path, "must specify a peer"));
  if (block !== undefined && selectors.length > 0) {
    causes.push(forbiddenField(path, "may not specify both ipBlock and another peer"));
  }
  return causes;
}

function ruleCauses(spec: JsonObject, direction: "ingress" | "egress"): StatusCause[] {
  const peers = direction === "ingress" ? "from" : "to";
  return objectsAt(spec, direction).flatMap((rule, index) => {
    const path = `spec.${direction}[${index}]`;
    return [
      ...objectsAt(rule, "ports").flatMap((port, at) => portCauses(port, `${path}.ports[${at}]`)),
      ...objectsAt(rule, peers).flatMap((peer, at) => peerCauses(peer, `${path}.${peers}[${at}]`)),
    ];
  });
}

export const networkPolicyKind: Kind = {
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  resource: "networkpolicies",
  singular: "networkpolicy",
  shortNames: ["netpol"],
  categories: [],
  namespaced: true,
  schema: "io.k8s.api.networking.v1.NetworkPolicy",
  subresources: [],
  generation: true,
  nameProblems: dnsSubdomainProblems,
  defaults(object) {
    const spec = childOf(object, "spec");
    childOf(spec, "podSelector");
    if (listAt(spec, "policyTypes").length === 0) {
      spec["policyTypes"] = listAt(spec, "egress").length === 0 ? ["Ingress"] : [...directions];
    }
    for (const direction of ["ingress", "egress"]) {
      for (const rule of objectsAt(spec, direction)) {
        for (const port of objectsAt(rule, "ports")) port["protocol"] ??= "TCP";
      }
    }
  },
  validate(object) {
    const spec = objectAt(object, "spec") ?? {};
    const causes = [
      ...selectorCauses(objectAt(spec, "podSelector"), "spec.podSelector"),
      ...ruleCauses(spec, "ingress"),
      ...ruleCauses(spec, "egress"),
    ];
    const types = listAt(spec, "policyTypes");
    if (types.length > directions.length) {
      return [...causes, invalidValue("spec.policyTypes", [...types], "may not specify more than two policyTypes")];
    }
    for (const [index, type] of types.entries()) {
      if (!directions.includes(String(type))) {
        causes.push(notSupported(`spec.policyTypes[${index}]`, type, directions));
      }
    }
    return causes;
  },
  columns: [
    nameColumn,
    column("Pod-Selector", (object) => shownSelector(objectAt(object, "spec", "podSelector"))),
    ageColumn,
  ],
};
