import type { KubernetesObject, Pod, PodTemplateSpec } from "@fairway/objects";
import type { ObjectsApi } from "../objects-api.ts";
import { ownerReference } from "./object-key.ts";

/** Creates a pod of a template under a free generated name. Throws `ApiError` when the API refuses it. */
export function createPod(
  objects: ObjectsApi,
  owner: KubernetesObject,
  template: PodTemplateSpec,
  manager: string,
): KubernetesObject {
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...template.metadata,
      name: "",
      generateName: `${owner.metadata.name}-`,
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      ownerReferences: [ownerReference(owner)],
    },
    ...(template.spec === undefined ? {} : { spec: template.spec }),
  };
  return objects.create("pods", pod, { manager });
}
