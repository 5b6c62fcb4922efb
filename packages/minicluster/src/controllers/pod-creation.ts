import type { KubernetesObject, Pod, PodTemplateSpec } from "@fairway/objects";
import type { ObjectsApi } from "../objects-api.ts";
import { ApiError } from "../status.ts";
import { ownerReference, randomSuffix } from "./object-key.ts";

/** Longest prefix of a generated name (k8s.io/apiserver `pkg/storage/names`): 63 less the five random characters. */
const PREFIX_LENGTH = 58;

/** Creates a pod of a template under a free generated name. Throws `ApiError` when the API refuses it. */
export function createPod(
  objects: ObjectsApi,
  owner: KubernetesObject,
  template: PodTemplateSpec,
  manager: string,
): KubernetesObject {
  for (;;) {
    const prefix = `${owner.metadata.name}-`.slice(0, PREFIX_LENGTH);
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...template.metadata,
        name: `${prefix}${randomSuffix()}`,
        generateName: `${owner.metadata.name}-`,
        ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
        ownerReferences: [ownerReference(owner)],
      },
      ...(template.spec === undefined ? {} : { spec: template.spec }),
    };
    try {
      return objects.create("pods", pod, { manager });
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
    }
  }
}
