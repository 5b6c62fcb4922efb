import type { KubernetesObject } from "@fairway/objects";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** An object as it is kept in memory: `managedFields` and kubectl's copy of the object often are most of its size. */
export function keptObject(object: KubernetesObject): KubernetesObject {
  const { managedFields: _managedFields, annotations, ...metadata } = object.metadata;
  if (annotations === undefined) return { ...object, metadata };
  const { [lastApplied]: _lastApplied, ...kept } = annotations;
  return { ...object, metadata: { ...metadata, annotations: kept } };
}
