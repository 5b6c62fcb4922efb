import { isIP } from "node:net";
import { type Json, type JsonObject, listAt, numberAt, objectAt, objectsAt, textAt } from "../json.ts";
import type { StatusCause } from "../status.ts";
import { invalidValue, notSupported, required } from "./causes.ts";
import { ageColumn, column, nameColumn, textOrNone } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { dnsLabelProblems, dnsSubdomainProblems, portNameProblems } from "./names.ts";

// Source: k8s.io/kubernetes/pkg/apis/networking/validation.

const pathTypes = ["Exact", "ImplementationSpecific", "Prefix"];
const wildcard = /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const wildcardProblem =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function hostProblems(host: string): readonly string[] {
  if (!host.includes("*")) return dnsSubdomainProblems(host);
  return wildcard.test(host) ? [] : [wildcardProblem];
}

function hostCauses(host: string, field: string): StatusCause[] {
  const problems = [...(isIP(host) === 0 ? [] : ["must be a DNS name, not an IP address"]), ...hostProblems(host)];
  return problems.map((problem) => invalidValue(field, host, problem));
}

function backendCauses(backend: JsonObject | undefined, path: string): StatusCause[] {
  const service = objectAt(backend, "service");
  const resource = objectAt(backend, "resource");
  if (service !== undefined && resource !== undefined) {
    return [invalidValue(path, "", "cannot set both resource and service backends")];
  }
  if (resource !== undefined) {
    return ["kind", "name"]
      .filter((field) => textAt(resource, field) === "")
      .map((field) => required(`${path}.resource.${field}`));
  }
  if (service === undefined) return [invalidValue(path, "", "resource or service backend is required")];
  const name = textAt(service, "name");
  const causes =
    name === ""
      ? [required(`${path}.service.name`)]
      : dnsLabelProblems(name).map((problem) => invalidValue(`${path}.service.name`, name, problem));
  const port = textAt(service, "port", "name");
  const number = numberAt(service, "port", "number") ?? 0;
  const field = `${path}.service.port`;
  if (port !== "" && number !== 0) causes.push(invalidValue(path, "", "cannot set both port name & port number"));
  else if (port !== "") {
    causes.push(...portNameProblems(port).map((problem) => invalidValue(`${field}.name`, port, problem)));
  } else if (number === 0) causes.push(required(path, "port name or number is required"));
  else if (number < 1 || number > 65_535) {
    causes.push(invalidValue(`${field}.number`, number, "must be between 1 and 65535, inclusive"));
  }
  return causes;
}

function pathCauses(entry: JsonObject, at: string): StatusCause[] {
  const type = textAt(entry, "pathType");
  if (type === "") return [required(`${at}.pathType`, "pathType must be specified")];
  const path = textAt(entry, "path");
  const refuse = (detail: string) => invalidValue(`${at}.path`, path, detail);
  const causes: StatusCause[] = [];
  if (!pathTypes.includes(type)) causes.push(notSupported(`${at}.pathType`, type, pathTypes));
  else if (type === "ImplementationSpecific") {
    if (path !== "" && !path.startsWith("/")) causes.push(refuse("must be an absolute path"));
  } else {
    if (!path.startsWith("/")) causes.push(refuse("must be an absolute path"));
    for (const part of ["//", "/./", "/../", "%2f", "%2F"]) {
      if (path.includes(part)) causes.push(refuse(`must not contain '${part}'`));
    }
    for (const end of ["/..", "/."]) if (path.endsWith(end)) causes.push(refuse(`cannot end with '${end}'`));
  }
  return [...causes, ...backendCauses(objectAt(entry, "backend"), `${at}.backend`)];
}

function ruleCauses(rule: JsonObject, at: string): StatusCause[] {
  const host = textAt(rule, "host");
  const causes = host === "" ? [] : hostCauses(host, `${at}.host`);
  const http = objectAt(rule, "http");
  if (http === undefined) return causes;
  const paths = objectsAt(http, "paths");
  if (paths.length === 0) causes.push(required(`${at}.http.paths`));
  return [...causes, ...paths.flatMap((path, index) => pathCauses(path, `${at}.http.paths[${index}]`))];
}

function tlsCauses(tls: JsonObject, at: string): StatusCause[] {
  const secret = textAt(tls, "secretName");
  const names = secret === "" ? [] : dnsSubdomainProblems(secret);
  return [
    ...listAt(tls, "hosts").flatMap((host: Json, index) =>
      hostProblems(String(host)).map((problem) => invalidValue(`${at}.hosts[${index}]`, host, problem)),
    ),
    ...names.map((problem) => invalidValue(`${at}.secretName`, secret, problem)),
  ];
}

function shownHosts(object: JsonObject): string {
  const rules = objectsAt(object, "spec", "rules");
  const hosts = rules.map((rule) => textAt(rule, "host")).filter((host) => host !== "");
  if (hosts.length === 0) return "*";
  return hosts.length <= 3 ? hosts.join(",") : `${hosts.slice(0, 3).join(",")} + ${rules.length - 3} more...`;
}

function shownAddress(object: JsonObject): string {
  const all = objectsAt(object, "status", "loadBalancer", "ingress")
    .map((one) => textAt(one, "ip") || textAt(one, "hostname"))
    .sort()
    .join(",");
  return all.length > 16 ? `${all.slice(0, 13)}...` : all;
}

export const ingressKind: Kind = {
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  resource: "ingresses",
  singular: "ingress",
  shortNames: ["ing"],
  categories: [],
  namespaced: true,
  schema: "io.k8s.api.networking.v1.Ingress",
  subresources: ["status"],
  generation: true,
  nameProblems: dnsSubdomainProblems,
  defaults(object) {
    object["status"] ??= { loadBalancer: {} };
  },
  prepareCreate(object) {
    object["status"] = { loadBalancer: {} };
  },
  validate(object) {
    const spec = objectAt(object, "spec") ?? {};
    const rules = objectsAt(spec, "rules");
    const fallback = objectAt(spec, "defaultBackend");
    const causes: StatusCause[] = [];
    if (rules.length === 0 && fallback === undefined) {
      causes.push(invalidValue("spec", null, "either `defaultBackend` or `rules` must be specified"));
    }
    if (fallback !== undefined) causes.push(...backendCauses(fallback, "spec.defaultBackend"));
    causes.push(...rules.flatMap((rule, index) => ruleCauses(rule, `spec.rules[${index}]`)));
    causes.push(...objectsAt(spec, "tls").flatMap((tls, index) => tlsCauses(tls, `spec.tls[${index}]`)));
    const name = spec["ingressClassName"];
    if (typeof name === "string") {
      causes.push(...dnsSubdomainProblems(name).map((problem) => invalidValue("spec.ingressClassName", name, problem)));
    }
    return causes;
  },
  columns: [
    nameColumn,
    column("Class", (object) => textOrNone(object, "spec", "ingressClassName"), {
      description: "The name of the IngressClass resource that should be used for additional configuration",
    }),
    column("Hosts", shownHosts, {
      description: "Hosts that incoming requests are matched against before the ingress rule",
    }),
    column("Address", shownAddress, {
      description: "Address is a list containing ingress points for the load-balancer",
    }),
    column("Ports", (object) => (objectsAt(object, "spec", "tls").length > 0 ? "80, 443" : "80"), {
      description: "Ports of TLS configurations that open",
    }),
    ageColumn,
  ],
};
