import { at, isObject, type JsonObject, listAt, numberAt, objectAt, objectsAt, stringsAt, textAt } from "../json.ts";
import { parseQuantity } from "../schema/quantity.ts";
import type { StatusCause } from "../status.ts";
import { duplicate, forbiddenField, invalidValue, missingReference, notSupported, required } from "./causes.ts";
import {
  configKeyProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelKeyProblems,
  portNameProblems,
} from "./names.ts";

const handlers = ["exec", "httpGet", "tcpSocket", "grpc"];

function oneOf(value: JsonObject, field: string, name: string, words: readonly string[]): StatusCause[] {
  const word = value[name];
  if (word === undefined || (typeof word === "string" && words.includes(word))) return [];
  return [notSupported(`${field}.${name}`, word, words)];
}

function notNegative(value: JsonObject, field: string, names: readonly string[]): StatusCause[] {
  return names.flatMap((name) => {
    const number = numberAt(value, name);
    return number !== undefined && number < 0
      ? [invalidValue(`${field}.${name}`, number, "must be greater than or equal to 0")]
      : [];
  });
}

function portReference(port: unknown, field: string): StatusCause[] {
  if (typeof port === "number") {
    return port > 0 && port < 65536 ? [] : [invalidValue(field, port, "must be between 1 and 65535, inclusive")];
  }
  if (typeof port === "string") return portNameProblems(port).map((problem) => invalidValue(field, port, problem));
  return [required(field)];
}

function handlerCauses(handler: JsonObject, field: string): StatusCause[] {
  const given = [...handlers, "sleep"].filter((name) => isObject(handler[name]));
  if (given.length === 0) return [required(field, "must specify a handler type")];
  const causes = given
    .slice(1)
    .map((name) => forbiddenField(`${field}.${name}`, "may not specify more than 1 handler type"));
  const http = objectAt(handler, "httpGet");
  if (http !== undefined) {
    causes.push(...portReference(http["port"], `${field}.httpGet.port`));
    causes.push(...oneOf(http, `${field}.httpGet`, "scheme", ["HTTP", "HTTPS"]));
  }
  const tcp = objectAt(handler, "tcpSocket");
  if (tcp !== undefined) causes.push(...portReference(tcp["port"], `${field}.tcpSocket.port`));
  const exec = objectAt(handler, "exec");
  if (exec !== undefined && listAt(exec, "command").length === 0) causes.push(required(`${field}.exec.command`));
  const grpc = objectAt(handler, "grpc");
  if (grpc !== undefined) causes.push(...portReference(grpc["port"], `${field}.grpc.port`));
  return causes;
}

function probeCauses(container: JsonObject, field: string, name: string): StatusCause[] {
  const probe = objectAt(container, name);
  if (probe === undefined) return [];
  const here = `${field}.${name}`;
  const causes = handlerCauses(probe, here);
  causes.push(
    ...notNegative(probe, here, [
      "initialDelaySeconds",
      "timeoutSeconds",
      "periodSeconds",
      "successThreshold",
      "failureThreshold",
    ]),
  );
  if (name !== "readinessProbe" && numberAt(probe, "successThreshold") !== 1) {
    causes.push(invalidValue(`${here}.successThreshold`, probe["successThreshold"], "must be 1"));
  }
  return causes;
}

function resourceCauses(container: JsonObject, field: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const limits = objectAt(container, "resources", "limits") ?? {};
  const requests = objectAt(container, "resources", "requests") ?? {};
  for (const [list, quantities] of Object.entries({ limits, requests })) {
    for (const [name, quantity] of Object.entries(quantities)) {
      const here = `${field}.resources.${list}[${name}]`;
      if (
        !["cpu", "memory", "ephemeral-storage"].includes(name) &&
        !name.startsWith("hugepages-") &&
        !name.includes("/")
      ) {
        causes.push(
          invalidValue(
            `${field}.resources.${list}[${name}]`,
            name,
            "must be a standard resource type or fully qualified",
          ),
          invalidValue(`${field}.resources.${list}[${name}]`, name, "must be a standard resource for containers"),
        );
      }
      if (typeof quantity === "string" && (parseQuantity(quantity) ?? 0) < 0) {
        causes.push(invalidValue(here, quantity, "must be greater than or equal to 0"));
      }
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (typeof request !== "string" || typeof limit !== "string") continue;
    if ((parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? 0)) {
      const detail = `must be less than or equal to ${name} limit of ${limit}`;
      causes.push(invalidValue(`${field}.resources.requests`, request, detail));
    }
  }
  return causes;
}

const variableName = "a valid environment variable name must consist only of printable ASCII characters other than '='";

/** What variables may take from a pod's fields, beside labels and annotations (validEnvDownwardAPIFieldPathExpressions). */
const fieldPaths = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

function environmentCauses(container: JsonObject, field: string): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const [index, variable] of objectsAt(container, "env").entries()) {
    const here = `${field}.env[${index}]`;
    const name = textAt(variable, "name");
    if (name === "") causes.push(required(`${here}.name`));
    else if (!/^[ -<>-~]+$/.test(name)) {
      causes.push(invalidValue(`${here}.name`, name, variableName));
    }
    const source = objectAt(variable, "valueFrom");
    if (source === undefined) continue;
    if (textAt(variable, "value") !== "") {
      causes.push(invalidValue(`${here}.valueFrom`, "", "may not be specified when `value` is not empty"));
    }
    const given = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"].filter((kind) =>
      isObject(source[kind]),
    );
    if (given.length === 0) {
      const detail =
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
      causes.push(invalidValue(`${here}.valueFrom`, "", detail));
    } else if (given.length > 1) {
      causes.push(invalidValue(`${here}.valueFrom`, "", "may not have more than one field specified at a time"));
    }
    for (const kind of ["configMapKeyRef", "secretKeyRef"]) {
      const reference = objectAt(source, kind);
      if (reference === undefined) continue;
      const at = `${here}.valueFrom.${kind}`;
      const name = textAt(reference, "name");
      if (name === "") causes.push(required(`${at}.name`));
      else causes.push(...dnsSubdomainProblems(name).map((problem) => invalidValue(`${at}.name`, name, problem)));
      const key = textAt(reference, "key");
      if (key === "") causes.push(required(`${at}.key`));
      else causes.push(...configKeyProblems(key).map((problem) => invalidValue(`${at}.key`, key, problem)));
    }
    if (isObject(source["fieldRef"])) {
      const at = `${here}.valueFrom.fieldRef.fieldPath`;
      const path = textAt(source, "fieldRef", "fieldPath");
      const [field = ""] = path.split("[", 1);
      if (path === "") causes.push(required(at));
      else if (!fieldPaths.includes(field) && !/^metadata\.(labels|annotations)(\[|$)/.test(path)) {
        causes.push(invalidValue(at, path, `error converting fieldPath: field label not supported: ${path}`));
      }
    }
  }
  for (const [index, from] of objectsAt(container, "envFrom").entries()) {
    const here = `${field}.envFrom`;
    const prefix = textAt(from, "prefix");
    if (prefix !== "" && !/^[ -<>-~]+$/.test(prefix)) {
      causes.push(invalidValue(`${here}[${index}].prefix`, prefix, variableName));
    }
    const given = ["configMapRef", "secretRef"].filter((kind) => isObject(from[kind]));
    if (given.length === 0) {
      causes.push(invalidValue(here, "", "must specify one of: `configMapRef` or `secretRef`"));
    } else if (given.length > 1) {
      causes.push(invalidValue(here, "", "may not have more than one field specified at a time"));
    }
  }
  return causes;
}

function containerCauses(
  container: JsonObject,
  field: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
  spec: JsonObject,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const name = textAt(container, "name");
  if (name === "") causes.push(required(`${field}.name`));
  else causes.push(...dnsLabelProblems(name).map((problem) => invalidValue(`${field}.name`, name, problem)));
  if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
  names.add(name);
  const image = textAt(container, "image");
  if (image === "") causes.push(required(`${field}.image`));
  else if (image.trim() !== image && field.startsWith("spec.containers")) {
    // Of a template the API server minds it only when it makes pods of it.
    causes.push(invalidValue(`${field}.image`, image, "must not have leading or trailing whitespace"));
  }
  causes.push(...oneOf(container, field, "imagePullPolicy", ["Always", "IfNotPresent", "Never"]));
  causes.push(...oneOf(container, field, "terminationMessagePolicy", ["FallbackToLogsOnError", "File"]));
  const portNames = new Set<string>();
  for (const [index, port] of objectsAt(container, "ports").entries()) {
    const here = `${field}.ports[${index}]`;
    const portName = textAt(port, "name");
    if (portName !== "") {
      causes.push(...portNameProblems(portName).map((problem) => invalidValue(`${here}.name`, portName, problem)));
      if (portNames.has(portName)) causes.push(duplicate(`${here}.name`, portName));
      portNames.add(portName);
    }
    if (numberAt(port, "containerPort") === undefined || port["containerPort"] === 0) {
      causes.push(required(`${here}.containerPort`));
    } else causes.push(...portReference(port["containerPort"], `${here}.containerPort`));
    causes.push(...oneOf(port, here, "protocol", ["SCTP", "TCP", "UDP"]));
  }
  causes.push(...environmentCauses(container, field), ...resourceCauses(container, field));
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    causes.push(...probeCauses(container, field, probe));
  }
  for (const hook of ["postStart", "preStop"]) {
    const handler = objectAt(container, "lifecycle", hook);
    if (handler === undefined) continue;
    causes.push(...handlerCauses(handler, `${field}.lifecycle.${hook}`));
    const seconds = numberAt(handler, "sleep", "seconds");
    const grace = numberAt(spec, "terminationGracePeriodSeconds") ?? 30;
    if (seconds !== undefined && (seconds < 0 || seconds > grace)) {
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
      causes.push(invalidValue(`${field}.lifecycle.${hook}.sleep`, seconds, detail));
    }
  }
  const mountPaths = new Set<string>();
  for (const [index, mount] of objectsAt(container, "volumeMounts").entries()) {
    const here = `${field}.volumeMounts[${index}]`;
    const volume = textAt(mount, "name");
    const path = textAt(mount, "mountPath");
    if (volume === "") causes.push(required(`${here}.name`));
    else if (!volumes.has(volume)) causes.push(missingReference(`${here}.name`, volume));
    if (path === "") causes.push(required(`${here}.mountPath`));
    else if (mountPaths.has(path)) causes.push(invalidValue(`${here}.mountPath`, path, "must be unique"));
    mountPaths.add(path);
    causes.push(...pathCauses(textAt(mount, "subPath"), `${here}.subPath`));
  }
  return causes;
}

/** Where the files of a volume, or of one source of a projected one, shall lie. */
function itemCauses(volume: JsonObject, field: string): StatusCause[] {
  return ["configMap", "secret", "downwardAPI"].flatMap((source) =>
    objectsAt(objectAt(volume, source), "items").flatMap((item, index) => {
      const here = `${field}.${source}.items[${index}]`;
      const path = textAt(item, "path");
      if (path === "") return [required(`${here}.path`)];
      // Such names are the kubelet's own, by which it changes all files together.
      const reserved = path.startsWith("..") && !path.startsWith("../");
      return [
        ...pathCauses(path, `${here}.path`),
        ...(reserved ? [invalidValue(`${here}.path`, path, "must not start with '..'")] : []),
      ];
    }),
  );
}

/** A path that stays below where it begins (`validateLocalDescendingPath`). */
function pathCauses(path: string, field: string): StatusCause[] {
  return [
    ...(path.startsWith("/") ? [invalidValue(field, path, "must be a relative path")] : []),
    ...(path.split("/").includes("..") ? [invalidValue(field, path, "must not contain '..'")] : []),
  ];
}

/** Rules of a pod's or pod template's `spec`; `field` is where it stands. */
export function podSpecCauses(spec: JsonObject, field: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const volumes = new Set<string>();
  for (const [index, volume] of objectsAt(spec, "volumes").entries()) {
    const here = `${field}.volumes[${index}]`;
    const name = textAt(volume, "name");
    if (name === "") causes.push(required(`${here}.name`));
    else causes.push(...dnsLabelProblems(name).map((problem) => invalidValue(`${here}.name`, name, problem)));
    if (volumes.has(name)) causes.push(duplicate(`${here}.name`, name));
    volumes.add(name);
    for (const extra of Object.keys(volume)
      .filter((key) => key !== "name")
      .slice(1)) {
      causes.push(forbiddenField(`${here}.${extra}`, "may not specify more than 1 volume type"));
    }
    causes.push(...itemCauses(volume, here));
    const sources = objectsAt(objectAt(volume, "projected"), "sources").entries();
    for (const [at, source] of sources) causes.push(...itemCauses(source, `${here}.projected.sources[${at}]`));
    if (isObject(volume["secret"]) && textAt(volume, "secret", "secretName") === "") {
      causes.push(required(`${here}.secret.secretName`));
    }
    if (isObject(volume["configMap"]) && textAt(volume, "configMap", "name") === "") {
      causes.push(required(`${here}.configMap.name`));
    }
  }
  const containers = objectsAt(spec, "containers");
  const names = new Set<string>();
  if (containers.length === 0) causes.push(required(`${field}.containers`));
  for (const [index, container] of containers.entries()) {
    causes.push(...containerCauses(container, `${field}.containers[${index}]`, names, volumes, spec));
  }
  for (const [index, container] of objectsAt(spec, "initContainers").entries()) {
    causes.push(...containerCauses(container, `${field}.initContainers[${index}]`, names, volumes, spec));
  }
  causes.push(...oneOf(spec, field, "restartPolicy", ["Always", "OnFailure", "Never"]));
  causes.push(...oneOf(spec, field, "dnsPolicy", ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]));
  causes.push(...notNegative(spec, field, ["terminationGracePeriodSeconds"]));
  const deadline = numberAt(spec, "activeDeadlineSeconds");
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    causes.push(
      invalidValue(`${field}.activeDeadlineSeconds`, deadline, "must be between 1 and 2147483647, inclusive"),
    );
  }
  const account = textAt(spec, "serviceAccountName");
  if (account !== "") {
    causes.push(
      ...dnsSubdomainProblems(account).map((problem) => invalidValue(`${field}.serviceAccountName`, account, problem)),
    );
  }
  return causes;
}

/** Rules of a pod template: labels and spec; `restartPolicies` are those that the owner allows. */
export function podTemplateCauses(
  template: JsonObject,
  field: string,
  restartPolicies: readonly string[],
): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const key of Object.keys(stringsAt(template, "metadata", "labels"))) {
    causes.push(...labelKeyProblems(key).map((problem) => invalidValue(`${field}.metadata.labels`, key, problem)));
  }
  const spec = objectAt(template, "spec") ?? {};
  causes.push(...podSpecCauses(spec, `${field}.spec`));
  const policy = textAt(spec, "restartPolicy");
  if (!restartPolicies.includes(policy)) {
    const here = `${field}.spec.restartPolicy`;
    const words = restartPolicies.map((word) => JSON.stringify(word)).join(", ");
    // Always is what it is when nothing was said.
    if (policy === "Always") causes.push(required(here, `valid values: ${words}`));
    else causes.push(notSupported(here, at(spec, "restartPolicy"), restartPolicies));
  }
  return causes;
}
