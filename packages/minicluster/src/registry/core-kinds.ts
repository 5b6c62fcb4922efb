import {
  childOf,
  equalJson,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  stringsAt,
  textAt,
} from "../json.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField, invalidValue, required, tooLong } from "./causes.ts";
import { age, ageColumn, column, nameColumn } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { configKeyProblems, dnsLabelProblems, dnsSubdomainProblems } from "./names.ts";

const core = {
  group: "",
  version: "v1",
  categories: [],
  shortNames: [],
  namespaced: true,
  subresources: [],
  generation: false,
  nameProblems: dnsSubdomainProblems,
} as const;

const coreSchema = (name: string): string => `io.k8s.api.core.v1.${name}`;

/** Bytes that all values of a ConfigMap or Secret may have together. */
const dataLimit = 1024 * 1024;

function dataCauses(object: JsonObject, fields: readonly string[]): StatusCause[] {
  const causes: StatusCause[] = [];
  const others = objectAt(object, "binaryData") ?? {};
  let size = 0;
  for (const field of fields) {
    for (const [key, value] of Object.entries(objectAt(object, field) ?? {})) {
      causes.push(...configKeyProblems(key).map((problem) => invalidValue(`${field}[${key}]`, key, problem)));
      if (field === "data" && Object.hasOwn(others, key)) {
        causes.push(invalidValue(`data[${key}]`, key, "duplicate of key present in binaryData"));
      }
      if (typeof value !== "string") continue;
      size += field === "data" && object["kind"] === "ConfigMap" ? Buffer.byteLength(value) : (value.length * 3) / 4;
    }
  }
  // Of a ConfigMap the API server names no field.
  if (size > dataLimit) causes.push(tooLong(object["kind"] === "ConfigMap" ? "[]" : "data", dataLimit));
  return causes;
}

function immutableDataCauses(object: JsonObject, previous: JsonObject, fields: readonly string[]): StatusCause[] {
  if (previous["immutable"] !== true) return [];
  const causes: StatusCause[] = [];
  const detail = "field is immutable when `immutable` is set";
  if (object["immutable"] !== true) causes.push(forbiddenField("immutable", detail));
  for (const field of fields) {
    if (!equalJson(object[field], previous[field])) causes.push(forbiddenField(field, detail));
  }
  return causes;
}

function dataCount(object: JsonObject, fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + Object.keys(objectAt(object, field) ?? {}).length, 0);
}

export const namespaceKind: Kind = {
  ...core,
  kind: "Namespace",
  resource: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  namespaced: false,
  schema: coreSchema("Namespace"),
  subresources: ["status", "finalize"],
  nameProblems: dnsLabelProblems,
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  defaults(object) {
    const metadata = childOf(object, "metadata");
    childOf(metadata, "labels")["kubernetes.io/metadata.name"] = textAt(metadata, "name");
    const status = childOf(object, "status");
    status["phase"] ??= "Active";
  },
  prepareCreate(object) {
    object["spec"] = { finalizers: ["kubernetes"] };
    object["status"] = { phase: "Active" };
  },
  prepareUpdate(object, previous) {
    // Only the finalize subresource changes these.
    const spec = previous["spec"];
    if (spec === undefined) delete object["spec"];
    else object["spec"] = spec;
  },
  columns: [nameColumn, column("Status", (object) => textAt(object, "status", "phase")), ageColumn],
  fieldSelectors: { "status.phase": (object) => textAt(object, "status", "phase") },
};

export const serviceAccountKind: Kind = {
  ...core,
  kind: "ServiceAccount",
  resource: "serviceaccounts",
  singular: "serviceaccount",
  shortNames: ["sa"],
  schema: coreSchema("ServiceAccount"),
  subresources: ["token"],
  columns: [nameColumn, ageColumn],
};

export const configMapKind: Kind = {
  ...core,
  kind: "ConfigMap",
  resource: "configmaps",
  singular: "configmap",
  shortNames: ["cm"],
  schema: coreSchema("ConfigMap"),
  validate: (object) => dataCauses(object, ["data", "binaryData"]),
  validateUpdate: (object, previous) => immutableDataCauses(object, previous, ["data", "binaryData"]),
  columns: [nameColumn, column("Data", (object) => dataCount(object, ["data", "binaryData"])), ageColumn],
};

const typedSecrets: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/basic-auth": ["username", "password"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

/** What a Secret of a type that Kubernetes knows must hold (ValidateSecret). */
function secretTypeCauses(object: JsonObject): StatusCause[] {
  const type = textAt(object, "type");
  const keys = typedSecrets[type] ?? [];
  const data = objectAt(object, "data") ?? {};
  const missing = keys.filter((key) => data[key] === undefined);
  // Of a user's name and his password one is enough.
  if (type === "kubernetes.io/basic-auth" && missing.length < keys.length) return [];
  const causes = missing.map((key) => required(`data[${key}]`));
  if (!type.startsWith("kubernetes.io/dockerc") || causes.length > 0) return causes;
  const [key = ""] = keys;
  try {
    JSON.parse(Buffer.from(textAt(data, key), "base64").toString("utf8"));
    return [];
  } catch {
    return [invalidValue(`data[${key}]`, "<secret contents redacted>", "unexpected end of JSON input")];
  }
}

export const secretKind: Kind = {
  ...core,
  kind: "Secret",
  resource: "secrets",
  singular: "secret",
  schema: coreSchema("Secret"),
  defaults(object) {
    object["type"] ??= "Opaque";
    const plain = stringsAt(object, "stringData");
    if (Object.keys(plain).length > 0) {
      const data = childOf(object, "data");
      for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(value).toString("base64");
    }
    delete object["stringData"];
  },
  validate(object) {
    const causes = dataCauses(object, ["data"]);
    const account = "kubernetes.io/service-account.name";
    if (
      object["type"] === "kubernetes.io/service-account-token" &&
      textAt(object, "metadata", "annotations", account) === ""
    ) {
      causes.push(required(`metadata.annotations[${account}]`));
    }
    return [...causes, ...secretTypeCauses(object)];
  },
  validateUpdate(object, previous) {
    const causes = immutableDataCauses(object, previous, ["data"]);
    if (textAt(object, "type") !== textAt(previous, "type")) {
      causes.push(invalidValue("type", object["type"], "field is immutable"));
    }
    return causes;
  },
  columns: [
    nameColumn,
    column("Type", (object) => textAt(object, "type")),
    column("Data", (object) => dataCount(object, ["data"])),
    ageColumn,
  ],
  fieldSelectors: { type: (object) => textAt(object, "type") },
};

function eventTime(object: JsonObject, ...fields: readonly string[]): string {
  for (const field of fields) {
    const found = textAt(object, field);
    if (found !== "") return found;
  }
  return "";
}

function lastSeen(event: JsonObject): string {
  const series = textAt(event, "series", "lastObservedTime");
  return series || eventTime(event, "lastTimestamp", "firstTimestamp", "eventTime");
}

function eventObject(event: JsonObject): string {
  return `${textAt(event, "involvedObject", "kind").toLowerCase()}/${textAt(event, "involvedObject", "name")}`;
}

const involved = (field: string) => (object: JsonObject) => textAt(object, "involvedObject", field);

export const eventKind: Kind = {
  ...core,
  kind: "Event",
  resource: "events",
  singular: "event",
  shortNames: ["ev"],
  schema: coreSchema("Event"),
  defaults(object) {
    // Written also when they are empty.
    object["eventTime"] ??= null;
    object["reportingComponent"] ??= "";
    object["reportingInstance"] ??= "";
  },
  validate(object) {
    const causes: StatusCause[] = [];
    const namespace = textAt(object, "involvedObject", "namespace");
    const own = textAt(object, "metadata", "namespace");
    // Events of cluster-scoped objects lie in `default`.
    if ((namespace === "" && own !== "default") || (namespace !== "" && namespace !== own)) {
      causes.push(invalidValue("involvedObject.namespace", namespace, "does not match event.namespace"));
    }
    return causes;
  },
  columns: [
    column("Last Seen", (object, now) => age(lastSeen(object), now)),
    column("Type", (object) => textAt(object, "type")),
    column("Reason", (object) => textAt(object, "reason")),
    column("Object", eventObject),
    column("Subobject", (object) => textAt(object, "involvedObject", "fieldPath"), { wide: true }),
    column("Source", (object) => textAt(object, "source", "component") || textAt(object, "reportingComponent"), {
      wide: true,
    }),
    column("Message", (object) => textAt(object, "message").trim()),
    column("First Seen", (object, now) => age(eventTime(object, "firstTimestamp", "eventTime"), now), { wide: true }),
    column("Count", (object) => numberAt(object, "count") ?? 1, { wide: true }),
    { ...nameColumn, priority: 1 },
  ],
  fieldSelectors: {
    "involvedObject.kind": involved("kind"),
    "involvedObject.namespace": involved("namespace"),
    "involvedObject.name": involved("name"),
    "involvedObject.uid": involved("uid"),
    "involvedObject.apiVersion": involved("apiVersion"),
    "involvedObject.resourceVersion": involved("resourceVersion"),
    "involvedObject.fieldPath": involved("fieldPath"),
    reason: (object) => textAt(object, "reason"),
    reportingComponent: (object) => textAt(object, "reportingComponent"),
    source: (object) => textAt(object, "source", "component"),
    type: (object) => textAt(object, "type"),
  },
};

function nodeStatus(node: JsonObject): string {
  const ready = objectsAt(node, "status", "conditions").find((condition) => condition["type"] === "Ready");
  const status = ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady";
  return objectAt(node, "spec")?.["unschedulable"] === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: JsonObject): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.keys(stringsAt(node, "metadata", "labels"))
    .filter((label) => label.startsWith(prefix))
    .map((label) => label.slice(prefix.length))
    .sort();
  return roles.length === 0 ? "<none>" : roles.join(",");
}

function nodeAddress(node: JsonObject, type: string): string {
  const found = objectsAt(node, "status", "addresses").find((address) => address["type"] === type);
  return found === undefined ? "<none>" : textAt(found, "address");
}

export const nodeKind: Kind = {
  ...core,
  kind: "Node",
  resource: "nodes",
  singular: "node",
  shortNames: ["no"],
  namespaced: false,
  schema: coreSchema("Node"),
  subresources: ["status"],
  defaults(object) {
    const status = childOf(object, "status");
    const capacity = objectAt(status, "capacity");
    if (capacity !== undefined && status["allocatable"] === undefined) status["allocatable"] = { ...capacity };
  },
  columns: [
    nameColumn,
    column("Status", nodeStatus),
    column("Roles", nodeRoles),
    ageColumn,
    column("Version", (object) => textAt(object, "status", "nodeInfo", "kubeletVersion")),
    column("Internal-IP", (object) => nodeAddress(object, "InternalIP"), { wide: true }),
    column("External-IP", (object) => nodeAddress(object, "ExternalIP"), { wide: true }),
    column("OS-Image", (object) => textAt(object, "status", "nodeInfo", "osImage") || "<unknown>", { wide: true }),
    column("Kernel-Version", (object) => textAt(object, "status", "nodeInfo", "kernelVersion") || "<unknown>", {
      wide: true,
    }),
    column(
      "Container-Runtime",
      (object) => textAt(object, "status", "nodeInfo", "containerRuntimeVersion") || "<unknown>",
      { wide: true },
    ),
  ],
  fieldSelectors: {
    "spec.unschedulable": (object) => String(objectAt(object, "spec")?.["unschedulable"] === true),
  },
};

export const leaseKind: Kind = {
  ...core,
  group: "coordination.k8s.io",
  kind: "Lease",
  resource: "leases",
  singular: "lease",
  schema: "io.k8s.api.coordination.v1.Lease",
  optimisticLockRequired: true,
  validate(object) {
    const causes: StatusCause[] = [];
    const seconds = numberAt(object, "spec", "leaseDurationSeconds");
    if (seconds !== undefined && seconds <= 0) {
      causes.push(invalidValue("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
    }
    const transitions = numberAt(object, "spec", "leaseTransitions");
    if (transitions !== undefined && transitions < 0) {
      causes.push(invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
    }
    return causes;
  },
  columns: [nameColumn, column("Holder", (object) => textAt(object, "spec", "holderIdentity")), ageColumn],
};

function firstFew(items: readonly string[], more: string): string {
  if (items.length === 0) return more;
  const shown = items.slice(0, 3).join(",");
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown;
}

export const endpointSliceKind: Kind = {
  ...core,
  group: "discovery.k8s.io",
  kind: "EndpointSlice",
  resource: "endpointslices",
  singular: "endpointslice",
  schema: "io.k8s.api.discovery.v1.EndpointSlice",
  generation: true,
  defaults(object) {
    object["endpoints"] ??= [];
    for (const port of objectsAt(object, "ports")) {
      port["name"] ??= "";
      port["protocol"] ??= "TCP";
    }
  },
  validate(object) {
    const causes: StatusCause[] = [];
    const type = textAt(object, "addressType");
    if (type === "") causes.push(required("addressType"));
    else if (!["FQDN", "IPv4", "IPv6"].includes(type)) {
      causes.push(invalidValue("addressType", type, 'supported values: "FQDN", "IPv4", "IPv6"'));
    }
    for (const [index, endpoint] of objectsAt(object, "endpoints").entries()) {
      const addresses = listAt(endpoint, "addresses");
      if (addresses.length === 0) {
        causes.push(required(`endpoints[${index}].addresses`, "must contain at least 1 address"));
      }
    }
    return causes;
  },
  validateUpdate(object, previous) {
    return textAt(object, "addressType") === textAt(previous, "addressType")
      ? []
      : [invalidValue("addressType", object["addressType"], "field is immutable")];
  },
  columns: [
    nameColumn,
    column("AddressType", (object) => textAt(object, "addressType")),
    column("Ports", (object) =>
      firstFew(
        objectsAt(object, "ports").map((port) => String(numberAt(port, "port") ?? "*")),
        "<unset>",
      ),
    ),
    column("Endpoints", (object) =>
      firstFew(
        objectsAt(object, "endpoints").flatMap((endpoint) =>
          listAt(endpoint, "addresses").filter((address) => typeof address === "string"),
        ),
        "<unset>",
      ),
    ),
    ageColumn,
  ],
};
