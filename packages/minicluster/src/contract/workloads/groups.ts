import type { Register } from "../contract-cluster.ts";
import { podStateCases } from "./pod-states.ts";

/** What controllers, the scheduler and the node do with what is in the API. */
export const workloadGroups: Readonly<Record<string, (each: Register) => void>> = {
  "Pods: states": podStateCases,
};
