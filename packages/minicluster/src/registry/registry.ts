import {
  configMapKind,
  endpointSliceKind,
  eventKind,
  leaseKind,
  namespaceKind,
  nodeKind,
  secretKind,
  serviceAccountKind,
} from "./core-kinds.ts";
import type { Kind } from "./kind.ts";
import { podKind } from "./pod-kind.ts";
import { serviceKind } from "./service-kind.ts";
import { deploymentKind, jobKind, replicaSetKind } from "./workload-kinds.ts";

/** All kinds that the minicluster serves. */
export const kinds: readonly Kind[] = [
  configMapKind,
  eventKind,
  namespaceKind,
  nodeKind,
  podKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  deploymentKind,
  replicaSetKind,
  jobKind,
  leaseKind,
  endpointSliceKind,
];

const byResource = new Map(kinds.map((kind) => [kind.resource, kind]));

/** The kind that is served under this plural. */
export function kindOf(resource: string): Kind | undefined {
  return byResource.get(resource);
}
