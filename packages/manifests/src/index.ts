export { AddressError, type AddressParts, addressTemplateIssue, resolveAddress } from "./address.ts";
export { baseImage } from "./base-image.ts";
export { canonicalJson } from "./canonical-json.ts";
export { platformDependencies } from "./dependencies.ts";
export { describeChanges } from "./describe-changes.ts";
export { describeObjectChanges, type ObjectChanges } from "./describe-object-changes.ts";
export { formatDocuments } from "./format-documents.ts";
export { hatchCodes } from "./hatch/hatch-codes.ts";
export type { HatchIssue } from "./hatch/hatch-issue.ts";
export { type HatchSource, hatchIssues } from "./hatch/hatch-issues.ts";
export { type HatchUse, hatchUses } from "./hatch/hatch-use.ts";
export { type ExtraPlace, type ParsedExtras, parseExtraObjects } from "./hatch/parse-extra-objects.ts";
export {
  callsLabel,
  cronLabel,
  environmentLabel,
  extraLabel,
  managedByLabel,
  manager,
  netutilAnnotation,
  numberAnnotation,
  releaseLabel,
  serviceLabel,
  slotLabel,
  staggerLabel,
  weightsAnnotation,
  weightsCondition,
} from "./labels.ts";
export { placeInSlot, type Slot, workloadName } from "./place-in-slot.ts";
export * from "./release-inputs.ts";
export { releaseName, type Sha256 } from "./release-name.ts";
export { commandOf } from "./render/container.ts";
export { migrationJob } from "./render/migration-job.ts";
export { pullSecret } from "./render/pull-secret.ts";
export { namespaceOf, PatchesNotApplicable, render } from "./render/render.ts";
export { anywhereInputs, renderAnywhere } from "./render-anywhere.ts";
export { reservedNamespace } from "./reserved-namespace.ts";
