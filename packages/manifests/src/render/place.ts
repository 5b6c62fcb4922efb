import type { ObjectMeta } from "@fairway/objects";
import { commonLabels } from "../labels.ts";
import type { ClusterFacts, ReleaseInputs } from "../release-inputs.ts";

/** What every object's renderer is given. */
export interface Place {
  readonly inputs: ReleaseInputs;
  readonly cluster: ClusterFacts;
  readonly namespace: string;
}

/** Metadata of a namespaced object of this release. */
export function metadata({ inputs, namespace }: Pick<Place, "inputs" | "namespace">, name: string): ObjectMeta {
  return { name, namespace, labels: commonLabels(inputs.spec.name, inputs.environment) };
}
