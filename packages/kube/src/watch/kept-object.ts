import type { KubernetesObject } from "@fairway/objects";
import { field } from "../http/json-field.ts";

type Fields = Readonly<Record<string, unknown>>;

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Of a pod's spec, what no diagnosis and no page looks at; much of it is put there by admission, the same for every pod. */
const unreadOfPod = [
  "affinity",
  "dnsPolicy",
  "enableServiceLinks",
  "preemptionPolicy",
  "priority",
  "schedulerName",
  "securityContext",
  "serviceAccount",
  "tolerations",
  "topologySpreadConstraints",
  "volumes",
];
const unreadOfContainer = [
  "env",
  "envFrom",
  "securityContext",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "volumeMounts",
];
const unreadOfPodStatus = ["hostIPs", "qosClass", "resources", "allocatedResources"];
const unreadOfContainerStatus = ["allocatedResources", "allocatedResourcesStatus", "resources", "user", "volumeMounts"];

/**
 * An object as it is kept in memory: without `managedFields` and kubectl's copy of the object, which often are most of its
 * size. Of pods and replica sets, of which there are many, only what somebody reads; whoever shows whole objects asks the API.
 */
export function keptObject(object: KubernetesObject): KubernetesObject {
  const { managedFields: _managedFields, annotations, ...metadata } = object.metadata;
  const kept = { ...keptFields(object), metadata };
  if (annotations === undefined) return kept;
  const { [lastApplied]: _lastApplied, ...others } = annotations;
  return { ...kept, metadata: { ...metadata, annotations: others } };
}

function keptFields(object: KubernetesObject): KubernetesObject {
  if (object.kind === "Pod") return { ...object, ...keptPod(object) };
  if (object.kind === "ReplicaSet") return { ...object, ...change(object, "spec", keptReplicas) };
  return object;
}

function keptPod(pod: KubernetesObject): Fields {
  return {
    ...change(pod, "spec", (spec) => {
      const fields = without(spec, unreadOfPod);
      const container = (one: unknown) => without(one, unreadOfContainer);
      return {
        ...fields,
        ...claimedVolumes(spec),
        ...each(fields, "containers", container),
        ...each(fields, "initContainers", container),
      };
    }),
    ...change(pod, "status", (status) => {
      const fields = without(status, unreadOfPodStatus);
      const one = (value: unknown) => without(value, unreadOfContainerStatus);
      return { ...fields, ...each(fields, "containerStatuses", one), ...each(fields, "initContainerStatuses", one) };
    }),
  };
}

/** Diagnosis asks which claims a pod waits for. */
function claimedVolumes(spec: unknown): Fields {
  const volumes = field(spec, "volumes");
  const claimed = (Array.isArray(volumes) ? volumes : []).filter((one) => field(one, "persistentVolumeClaim"));
  return claimed.length === 0 ? {} : { volumes: claimed };
}

/** The pods say what the template says; old replica sets are kept for undoing, with one template each. */
function keptReplicas(spec: unknown): unknown {
  const template = field(spec, "template");
  return { ...without(spec, []), template: without(template, ["spec"]) };
}

/** The field `name` as `how` has it, when it is there. */
function change(of: object, name: string, how: (value: unknown) => unknown): Fields {
  const value = field(of, name);
  return value === undefined ? {} : { [name]: how(value) };
}

function each(of: object, name: string, how: (value: unknown) => unknown): Fields {
  return change(of, name, (list) => (Array.isArray(list) ? list.map(how) : list));
}

function without(value: unknown, names: readonly string[]): Fields {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter(([name]) => !names.includes(name)));
}
