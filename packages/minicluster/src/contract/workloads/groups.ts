import type { Register } from "../contract-cluster.ts";
import { deploymentCases } from "./deployments.ts";
import { endpointCases } from "./endpoints.ts";
import { environmentCases } from "./environment.ts";
import { initContainerCases } from "./init-containers.ts";
import { jobCases } from "./jobs.ts";
import { logCases } from "./logs.ts";
import { nodeCases } from "./nodes.ts";
import { podEndingCases } from "./pod-endings.ts";
import { podStateCases } from "./pod-states.ts";
import { probeCases } from "./probes.ts";
import { replicaSetCases } from "./replica-sets.ts";
import { volumeCases } from "./volumes.ts";

/** What controllers, the scheduler and the node do with what is in the API. */
export const workloadGroups: Readonly<Record<string, (each: Register) => void>> = {
  "Pods: states": podStateCases,
  "Pods: endings": podEndingCases,
  "Pods: probes": probeCases,
  "Pods: init containers": initContainerCases,
  "Pods: environment": environmentCases,
  "Pods: volumes": volumeCases,
  "Pods: logs": logCases,
  Deployments: deploymentCases,
  EndpointSlices: endpointCases,
  Jobs: jobCases,
  Nodes: nodeCases,
  ReplicaSets: replicaSetCases,
};
