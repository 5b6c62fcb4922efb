import { isIP } from "node:net";
import {
  at,
  childOf,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  stringsAt,
  textAt,
} from "../json.ts";
import type { StatusCause } from "../status.ts";
import { duplicate, invalidValue, notSupported, required } from "./causes.ts";
import { ageColumn, column, nameColumn, pairs, words } from "./columns.ts";
import type { HookContext, Kind } from "./kind.ts";
import { dnsLabelProblems, labelKeyProblems, labelValueProblems, portNameProblems } from "./names.ts";

/** 10.96.0.0/16, the first half of the usual service network; addresses are names only, nothing listens on them. */
function clusterAddress(index: number): string {
  return `10.96.${Math.floor(index / 254) % 256}.${(index % 254) + 1}`;
}

function freeAddress(context: HookContext, uid: string): string {
  const taken = new Set(context.list("services").map((service) => textAt(service, "spec", "clusterIP")));
  // Starts at a place of its own, so that an address is not given to the next Service at once.
  const start = Number.parseInt(uid.slice(0, 4), 16) || 0;
  for (let step = 0; step < 65024; step++) {
    const address = clusterAddress((start + step) % 65024);
    if (!taken.has(address)) return address;
  }
  return "";
}

function allocate(spec: JsonObject, address: string): void {
  if (textAt(spec, "type") === "ExternalName") return;
  if (textAt(spec, "clusterIP") === "") {
    const given = listAt(spec, "clusterIPs")[0];
    spec["clusterIP"] = typeof given === "string" ? given : address;
  }
  spec["clusterIPs"] ??= [textAt(spec, "clusterIP")];
  spec["ipFamilies"] ??= ["IPv4"];
  spec["ipFamilyPolicy"] ??= "SingleStack";
}

function portCauses(spec: JsonObject): StatusCause[] {
  const causes: StatusCause[] = [];
  const ports = objectsAt(spec, "ports");
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const field = `spec.ports[${index}]`;
    const name = textAt(port, "name");
    if (name === "") {
      if (ports.length > 1) causes.push(required(`${field}.name`));
    } else {
      causes.push(...dnsLabelProblems(name).map((problem) => invalidValue(`${field}.name`, name, problem)));
      if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
      names.add(name);
    }
    const number = numberAt(port, "port") ?? 0;
    if (number < 1 || number > 65535) {
      causes.push(invalidValue(`${field}.port`, number, "must be between 1 and 65535, inclusive"));
    }
    const protocol = textAt(port, "protocol");
    if (!["SCTP", "TCP", "UDP"].includes(protocol)) {
      causes.push(notSupported(`${field}.protocol`, protocol, ["SCTP", "TCP", "UDP"]));
    }
    const target = at(port, "targetPort");
    if (typeof target === "number" && (target < 1 || target > 65535)) {
      causes.push(invalidValue(`${field}.targetPort`, target, "must be between 1 and 65535, inclusive"));
    } else if (typeof target === "string") {
      causes.push(...portNameProblems(target).map((problem) => invalidValue(`${field}.targetPort`, target, problem)));
    }
    const key = `${protocol}/${number}`;
    if (numbers.has(key)) {
      // Shown as the API server does, with the names of its own fields.
      const shown = { Name: "", Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 };
      causes.push(duplicate(field, shown));
    }
    numbers.add(key);
  }
  return causes;
}

function shownPort(port: JsonObject): string {
  const node = numberAt(port, "nodePort");
  const number = node === undefined ? `${numberAt(port, "port")}` : `${numberAt(port, "port")}:${node}`;
  return `${number}/${textAt(port, "protocol")}`;
}

function externalAddress(service: JsonObject): string {
  const external = listAt(service, "spec", "externalIPs").filter((address) => typeof address === "string");
  switch (textAt(service, "spec", "type")) {
    case "LoadBalancer": {
      const balanced = objectsAt(service, "status", "loadBalancer", "ingress").map(
        (ingress) => textAt(ingress, "ip") || textAt(ingress, "hostname"),
      );
      const all = [...balanced, ...external];
      return all.length === 0 ? "<pending>" : all.join(",");
    }
    case "ExternalName":
      return textAt(service, "spec", "externalName");
    default:
      return words(external);
  }
}

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

export const serviceKind: Kind = {
  group: "",
  version: "v1",
  kind: "Service",
  resource: "services",
  singular: "service",
  shortNames: ["svc"],
  categories: ["all"],
  namespaced: true,
  schema: "io.k8s.api.core.v1.Service",
  subresources: ["status"],
  generation: false,
  nameProblems: dnsLabelProblems,
  defaults(object) {
    const spec = childOf(object, "spec");
    spec["sessionAffinity"] ??= "None";
    spec["type"] ??= "ClusterIP";
    if (spec["sessionAffinity"] === "ClientIP") {
      const client = childOf(childOf(spec, "sessionAffinityConfig"), "clientIP");
      client["timeoutSeconds"] ??= 10_800;
    }
    if (spec["type"] !== "ExternalName") spec["internalTrafficPolicy"] ??= "Cluster";
    if (spec["type"] === "NodePort" || spec["type"] === "LoadBalancer") spec["externalTrafficPolicy"] ??= "Cluster";
    if (spec["type"] === "LoadBalancer") spec["allocateLoadBalancerNodePorts"] ??= true;
    for (const port of objectsAt(spec, "ports")) {
      port["protocol"] ??= "TCP";
      const target: Json | undefined = port["targetPort"];
      if (target === undefined || target === 0 || target === "") port["targetPort"] = port["port"] ?? 0;
    }
    if (!isObject(object["status"])) object["status"] = { loadBalancer: {} };
  },
  prepareCreate(object, context) {
    object["status"] = { loadBalancer: {} };
    const uid = textAt(object, "metadata", "uid");
    allocate(childOf(object, "spec"), freeAddress(context, uid));
  },
  prepareUpdate(object, previous, context) {
    const spec = childOf(object, "spec");
    const kept = objectAt(previous, "spec") ?? {};
    if (textAt(spec, "type") === "ExternalName") return;
    if (textAt(kept, "type") !== "ExternalName") {
      // A client that leaves out what was allocated keeps it.
      for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) {
        const value = kept[field];
        if (spec[field] === undefined && value !== undefined) spec[field] = value;
      }
    }
    allocate(spec, freeAddress(context, textAt(object, "metadata", "uid")));
  },
  validate(object) {
    const spec = childOf(object, "spec");
    const causes = portCauses(spec);
    const type = textAt(spec, "type");
    const headless = textAt(spec, "clusterIP") === "None";
    if (!types.includes(type)) causes.push(notSupported("spec.type", type, types));
    if (objectsAt(spec, "ports").length === 0 && !headless && type !== "ExternalName") {
      causes.push(required("spec.ports"));
    }
    for (const [key, value] of Object.entries(stringsAt(spec, "selector"))) {
      causes.push(...labelKeyProblems(key).map((problem) => invalidValue("spec.selector", key, problem)));
      causes.push(...labelValueProblems(value).map((problem) => invalidValue("spec.selector", value, problem)));
    }
    const address = textAt(spec, "clusterIP");
    if (address !== "" && !headless && isIP(address) === 0) {
      const detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
      causes.push(invalidValue("spec.clusterIPs[0]", address, detail));
    }
    if (type === "ExternalName" && textAt(spec, "externalName") === "") causes.push(required("spec.externalName"));
    const affinity = textAt(spec, "sessionAffinity");
    if (!["ClientIP", "None"].includes(affinity)) {
      causes.push(notSupported("spec.sessionAffinity", affinity, ["ClientIP", "None"]));
    }
    return causes;
  },
  validateUpdate(object, previous) {
    const before = textAt(previous, "spec", "clusterIP");
    const after = textAt(object, "spec", "clusterIP");
    const moved = [object, previous].some((service) => textAt(service, "spec", "type") === "ExternalName");
    if (moved || before === "" || before === after) return [];
    return [invalidValue("spec.clusterIPs[0]", [after], "may not change once set")];
  },
  columns: [
    nameColumn,
    column("Type", (object) => textAt(object, "spec", "type")),
    column("Cluster-IP", (object) => textAt(object, "spec", "clusterIP") || "<none>"),
    column("External-IP", externalAddress),
    column("Port(s)", (object) => words(objectsAt(object, "spec", "ports").map(shownPort))),
    ageColumn,
    column("Selector", (object) => pairs(stringsAt(object, "spec", "selector")), { wide: true }),
  ],
  fieldSelectors: {
    "spec.clusterIP": (object) => textAt(object, "spec", "clusterIP"),
    "spec.type": (object) => textAt(object, "spec", "type"),
  },
};
