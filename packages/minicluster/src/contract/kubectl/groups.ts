import type { Register } from "../contract-cluster.ts";
import { kubectlChangeCases } from "./change.ts";
import { kubectlLookCases } from "./look.ts";
import { kubectlWorkCases } from "./work.ts";

/** What a person does with kubectl, with each minor version that there is. */
export const kubectlGroups: Readonly<Record<string, (each: Register) => void>> = {
  "kubectl: looking": kubectlLookCases,
  "kubectl: changing": kubectlChangeCases,
  "kubectl: working": kubectlWorkCases,
};
