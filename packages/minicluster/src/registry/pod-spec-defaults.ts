import { childOf, isObject, type JsonObject, objectAt, objectsAt, textAt } from "../json.ts";

// Sources: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go and the defaults in the OpenAPI.

function setDefault(object: JsonObject, field: string, value: JsonObject[string]): void {
  if (object[field] === undefined) object[field] = value;
}

/** The tag of an image reference as the default pull policy reads it: `latest` when neither tag nor digest is given. */
function defaultPullPolicy(image: string): string {
  // Of what is no reference nothing is known.
  if (/\s/.test(image)) return "IfNotPresent";
  const [name = "", digest] = image.split("@", 2);
  const last = name.slice(name.lastIndexOf("/") + 1);
  const colon = last.indexOf(":");
  const tag = colon === -1 ? "" : last.slice(colon + 1);
  if (tag === "latest" || (tag === "" && digest === undefined)) return "Always";
  return "IfNotPresent";
}

function defaultHttpGet(action: JsonObject | undefined): void {
  if (action === undefined) return;
  if (textAt(action, "path") === "") action["path"] = "/";
  setDefault(action, "scheme", "HTTP");
}

function defaultProbe(probe: JsonObject): void {
  setDefault(probe, "timeoutSeconds", 1);
  setDefault(probe, "periodSeconds", 10);
  setDefault(probe, "successThreshold", 1);
  setDefault(probe, "failureThreshold", 3);
  defaultHttpGet(objectAt(probe, "httpGet"));
  const grpc = objectAt(probe, "grpc");
  if (grpc !== undefined) setDefault(grpc, "service", "");
}

function defaultContainer(container: JsonObject): void {
  setDefault(container, "imagePullPolicy", defaultPullPolicy(textAt(container, "image")));
  setDefault(container, "terminationMessagePath", "/dev/termination-log");
  setDefault(container, "terminationMessagePolicy", "File");
  setDefault(container, "resources", {});
  for (const port of objectsAt(container, "ports")) setDefault(port, "protocol", "TCP");
  for (const variable of objectsAt(container, "env")) {
    const field = objectAt(variable, "valueFrom", "fieldRef");
    if (field !== undefined) setDefault(field, "apiVersion", "v1");
    const resource = objectAt(variable, "valueFrom", "resourceFieldRef");
    if (resource !== undefined) setDefault(resource, "divisor", "0");
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = objectAt(container, name);
    if (probe !== undefined) defaultProbe(probe);
  }
  defaultHttpGet(objectAt(container, "lifecycle", "postStart", "httpGet"));
  defaultHttpGet(objectAt(container, "lifecycle", "preStop", "httpGet"));
}

function defaultVolume(volume: JsonObject): void {
  if (Object.keys(volume).every((field) => field === "name")) volume["emptyDir"] = {};
  for (const source of ["secret", "configMap", "downwardAPI", "projected"]) {
    const found = objectAt(volume, source);
    if (found !== undefined) setDefault(found, "defaultMode", 0o644);
  }
  const fieldLists = [volume, ...objectsAt(volume, "projected", "sources")].map((one) => objectAt(one, "downwardAPI"));
  for (const item of fieldLists.flatMap((one) => objectsAt(one, "items"))) {
    const field = objectAt(item, "fieldRef");
    if (field !== undefined) setDefault(field, "apiVersion", "v1");
    const resource = objectAt(item, "resourceFieldRef");
    if (resource !== undefined) setDefault(resource, "divisor", "0");
  }
  const hostPath = objectAt(volume, "hostPath");
  if (hostPath !== undefined) setDefault(hostPath, "type", "");
  for (const source of objectsAt(volume, "projected", "sources")) {
    const token = objectAt(source, "serviceAccountToken");
    if (token !== undefined) setDefault(token, "expirationSeconds", 3600);
  }
}

/** Defaults of a pod's or pod template's `spec`. */
export function defaultPodSpec(spec: JsonObject): void {
  for (const list of ["containers", "initContainers", "ephemeralContainers"]) {
    for (const container of objectsAt(spec, list)) defaultContainer(container);
  }
  for (const volume of objectsAt(spec, "volumes")) defaultVolume(volume);
  setDefault(spec, "dnsPolicy", "ClusterFirst");
  setDefault(spec, "restartPolicy", "Always");
  setDefault(spec, "securityContext", {});
  setDefault(spec, "terminationGracePeriodSeconds", 30);
  setDefault(spec, "schedulerName", "default-scheduler");
  const account = textAt(spec, "serviceAccountName") || textAt(spec, "serviceAccount");
  if (account !== "") {
    // The deprecated field mirrors the newer one.
    spec["serviceAccountName"] = account;
    spec["serviceAccount"] = account;
  }
  if (spec["hostNetwork"] === true) {
    for (const container of objectsAt(spec, "containers")) {
      for (const port of objectsAt(container, "ports")) setDefault(port, "hostPort", port["containerPort"] ?? 0);
    }
  }
}

/** Defaults that only a Pod has, not a template. */
export function defaultPod(pod: JsonObject): void {
  const spec = childOf(pod, "spec");
  defaultPodSpec(spec);
  for (const list of ["containers", "initContainers"]) {
    for (const container of objectsAt(spec, list)) {
      const limits = objectAt(container, "resources", "limits");
      if (limits === undefined) continue;
      const resources = childOf(container, "resources");
      resources["requests"] = { ...limits, ...(isObject(resources["requests"]) ? resources["requests"] : {}) };
    }
  }
  setDefault(spec, "enableServiceLinks", true);
}
