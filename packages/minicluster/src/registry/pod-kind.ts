import {
  copyOf,
  equalJson,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  stringsAt,
  textAt,
} from "../json.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField } from "./causes.ts";
import { ageColumn, column, humanDuration, nameColumn, textOrNone } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { dnsSubdomainProblems } from "./names.ts";
import { defaultPod } from "./pod-spec-defaults.ts";
import { podSpecCauses } from "./pod-spec-validation.ts";

/** The quality of service of a pod. Source: k8s.io/kubernetes/pkg/apis/core/v1/helper/qos. */
export function qosClass(pod: JsonObject): string {
  const containers = [...objectsAt(pod, "spec", "containers"), ...objectsAt(pod, "spec", "initContainers")];
  let any = false;
  let guaranteed = true;
  for (const container of containers) {
    const limits = stringsAt(container, "resources", "limits");
    const requests = stringsAt(container, "resources", "requests");
    for (const name of ["cpu", "memory"]) {
      const limit = limits[name];
      const request = requests[name];
      if (limit !== undefined || request !== undefined) any = true;
      if (limit === undefined || limit !== (request ?? limit)) guaranteed = false;
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

/** The spec without what an update may change: images, deadline, tolerations, and the node while there is none. */
function fixedSpec(spec: JsonObject, previous: JsonObject): JsonObject {
  const fixed = copyOf(spec);
  for (const list of ["containers", "initContainers"]) {
    for (const container of objectsAt(fixed, list)) delete container["image"];
  }
  delete fixed["activeDeadlineSeconds"];
  delete fixed["tolerations"];
  if (textAt(previous, "nodeName") === "") delete fixed["nodeName"];
  return fixed;
}

const fixedDetail =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** Source: printPod in k8s.io/kubernetes/pkg/printers/internalversion/printers.go. */
function summary(pod: JsonObject): { ready: string; status: string; restarts: number; lastRestart: number } {
  const containers = objectsAt(pod, "spec", "containers");
  const phase = textAt(pod, "status", "phase");
  let status = textAt(pod, "status", "reason") || phase;
  let restarts = 0;
  let lastRestart = Number.NaN;
  let ready = 0;
  let initializing = false;
  const count = (container: JsonObject) => {
    restarts += numberAt(container, "restartCount") ?? 0;
    const finished = Date.parse(textAt(container, "lastState", "terminated", "finishedAt"));
    if (!Number.isNaN(finished) && !(lastRestart >= finished)) lastRestart = finished;
  };
  const inits = objectsAt(pod, "spec", "initContainers").length;
  for (const [index, container] of objectsAt(pod, "status", "initContainerStatuses").entries()) {
    count(container);
    const terminated = objectAt(container, "state", "terminated");
    if (terminated !== undefined && numberAt(terminated, "exitCode") === 0) continue;
    const waiting = textAt(container, "state", "waiting", "reason");
    if (terminated !== undefined) status = `Init:${endReason(terminated)}`;
    else if (waiting !== "" && waiting !== "PodInitializing") status = `Init:${waiting}`;
    else status = `Init:${index}/${inits}`;
    initializing = true;
    break;
  }
  if (!initializing) {
    restarts = 0;
    lastRestart = Number.NaN;
    let running = false;
    let failure = "";
    for (const container of [...objectsAt(pod, "status", "containerStatuses")].reverse()) {
      count(container);
      const waiting = textAt(container, "state", "waiting", "reason");
      const terminated = objectAt(container, "state", "terminated");
      if (waiting !== "") status = waiting;
      else if (terminated !== undefined) {
        status = endReason(terminated);
        if ((numberAt(terminated, "exitCode") ?? 0) !== 0) failure = status;
      } else if (container["ready"] === true && isObject(objectAt(container, "state")?.["running"])) {
        running = true;
        ready += 1;
      }
    }
    if (status === "Completed") {
      const conditions = objectsAt(pod, "status", "conditions");
      const podReady = conditions.some((condition) => condition["type"] === "Ready" && condition["status"] === "True");
      if (running && podReady) status = "Running";
      else if (failure !== "") status = failure;
      else if (running) status = "NotReady";
    }
  }
  if (textAt(pod, "metadata", "deletionTimestamp") !== "" && phase !== "Succeeded" && phase !== "Failed") {
    status = "Terminating";
  }
  return { ready: `${ready}/${containers.length}`, status, restarts, lastRestart };
}

function endReason(terminated: JsonObject): string {
  const reason = textAt(terminated, "reason");
  if (reason !== "") return reason;
  const signal = numberAt(terminated, "signal") ?? 0;
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, "exitCode") ?? 0}`;
}

/** How long a pod stays on a node that is lost, unless it says so itself; the admission plugin DefaultTolerationSeconds. */
function tolerateLostNodes(spec: JsonObject): void {
  const tolerations = [...objectsAt(spec, "tolerations")];
  for (const key of ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]) {
    const known = tolerations.some(
      (one) => ["", key].includes(textAt(one, "key")) && ["", "NoExecute"].includes(textAt(one, "effect")),
    );
    if (!known) tolerations.push({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 });
  }
  spec["tolerations"] = tolerations;
}

export const podKind: Kind = {
  group: "",
  version: "v1",
  kind: "Pod",
  resource: "pods",
  singular: "pod",
  shortNames: ["po"],
  categories: ["all"],
  namespaced: true,
  schema: "io.k8s.api.core.v1.Pod",
  subresources: ["status", "log", "eviction"],
  generation: true,
  nameProblems: dnsSubdomainProblems,
  defaults: defaultPod,
  prepareCreate(pod) {
    pod["status"] = { phase: "Pending", qosClass: qosClass(pod) };
    const spec = objectAt(pod, "spec");
    if (spec === undefined) return;
    // The service account admission plugin; there are no token volumes here.
    if (textAt(spec, "serviceAccountName") === "") {
      spec["serviceAccountName"] = "default";
      spec["serviceAccount"] = "default";
    }
    spec["priority"] ??= 0;
    spec["preemptionPolicy"] ??= "PreemptLowerPriority";
    tolerateLostNodes(spec);
  },
  validate: (pod) => podSpecCauses(objectAt(pod, "spec") ?? {}, "spec"),
  validateUpdate(pod, previous): StatusCause[] {
    const before = objectAt(previous, "spec") ?? {};
    const after = objectAt(pod, "spec") ?? {};
    return equalJson(fixedSpec(after, before), fixedSpec(before, before)) ? [] : [forbiddenField("spec", fixedDetail)];
  },
  columns: [
    nameColumn,
    column("Ready", (pod) => summary(pod).ready, {
      description: "The aggregate readiness state of this pod for accepting traffic.",
    }),
    column("Status", (pod) => summary(pod).status, {
      description: "The aggregate status of the containers in this pod.",
    }),
    column(
      "Restarts",
      (pod, now) => {
        const { restarts, lastRestart } = summary(pod);
        if (restarts === 0 || Number.isNaN(lastRestart)) return String(restarts);
        return `${restarts} (${humanDuration(now - lastRestart)} ago)`;
      },
      { description: "How often the containers in this pod were restarted, and when last." },
    ),
    ageColumn,
    column("IP", (pod) => textAt(pod, "status", "podIPs", 0, "ip") || textOrNone(pod, "status", "podIP"), {
      wide: true,
    }),
    column("Node", (pod) => textOrNone(pod, "spec", "nodeName"), { wide: true }),
    column("Nominated Node", (pod) => textOrNone(pod, "status", "nominatedNodeName"), { wide: true }),
    column("Readiness Gates", () => "<none>", { wide: true }),
  ],
  fieldSelectors: {
    "spec.nodeName": (pod) => textAt(pod, "spec", "nodeName"),
    "spec.restartPolicy": (pod) => textAt(pod, "spec", "restartPolicy"),
    "spec.schedulerName": (pod) => textAt(pod, "spec", "schedulerName"),
    "spec.serviceAccountName": (pod) => textAt(pod, "spec", "serviceAccountName"),
    "status.phase": (pod) => textAt(pod, "status", "phase"),
    "status.podIP": (pod) => textAt(pod, "status", "podIP"),
    "status.nominatedNodeName": (pod) => textAt(pod, "status", "nominatedNodeName"),
  },
};
