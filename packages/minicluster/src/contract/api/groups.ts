import type { Register } from "../contract-cluster.ts";
import { applyCases } from "./apply.ts";
import { conflictCases } from "./conflicts.ts";
import { createAndReadCases } from "./create-and-read.ts";
import { defaultCases } from "./defaults.ts";
import { deletionCases } from "./deletion.ts";
import { discoveryCases } from "./discovery.ts";
import { dryRunCases } from "./dry-run.ts";
import { fieldValidationCases } from "./field-validation.ts";
import { formCases } from "./forms.ts";
import { patchCases } from "./patches.ts";
import { refusalCases } from "./refusals.ts";
import { selectAndListCases } from "./select-and-list.ts";
import { strangeRequestCases } from "./strange-requests.ts";
import { subresourceCases } from "./subresources.ts";
import { watchCases } from "./watch.ts";

/** What holds for the API by itself, whatever runs in the cluster. */
export const apiGroups: Readonly<Record<string, (each: Register) => void>> = {
  "API: create and read": createAndReadCases,
  "API: select and list": selectAndListCases,
  "API: watch": watchCases,
  "API: conflicts": conflictCases,
  "API: patches": patchCases,
  "API: server-side apply": applyCases,
  "API: dry run": dryRunCases,
  "API: field validation": fieldValidationCases,
  "API: defaults": defaultCases,
  "API: refusals": refusalCases,
  "API: deletion": deletionCases,
  "API: subresources": subresourceCases,
  "API: forms": formCases,
  "API: discovery": discoveryCases,
  "API: strange requests": strangeRequestCases,
};
