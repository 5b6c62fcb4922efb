export { AddressError, type AddressParts, addressTemplateIssue, resolveAddress } from "./address.ts";
export { baseImage } from "./base-image.ts";
export { canonicalJson } from "./canonical-json.ts";
export { describeChanges } from "./describe-changes.ts";
export { formatDocuments } from "./format-documents.ts";
export type { HatchIssue } from "./hatch/hatch-issue.ts";
export { type ExtraPlace, type ParsedExtras, parseExtraObjects } from "./hatch/parse-extra-objects.ts";
export {
  environmentLabel,
  managedByLabel,
  manager,
  numberAnnotation,
  releaseLabel,
  serviceLabel,
  slotLabel,
} from "./labels.ts";
export { placeInSlot, type Slot, workloadName } from "./place-in-slot.ts";
export * from "./release-inputs.ts";
export { releaseName, type Sha256 } from "./release-name.ts";
export { commandOf } from "./render/container.ts";
export { pullSecret } from "./render/pull-secret.ts";
export { namespaceOf, render } from "./render/render.ts";
export { reservedNamespace } from "./reserved-namespace.ts";
