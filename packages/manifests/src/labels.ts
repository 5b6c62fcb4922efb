/** Labels, readable by selectors. `release` and `slot` are put on by `placeInSlot`, all others by the renderer. */
export const serviceLabel = "fairway.dev/service";
export const environmentLabel = "fairway.dev/environment";
export const slotLabel = "fairway.dev/slot";
/** The release's name. Outside of the hash that makes this name, hence stamped after rendering. */
export const releaseLabel = "fairway.dev/release";
export const managedByLabel = "app.kubernetes.io/managed-by";
/** Value of `managedByLabel` on everything that Fairway makes. */
export const manager = "fairway";

/** Annotation of a Service: the platform-wide number that addresses are made of. */
export const numberAnnotation = "fairway.dev/number";

export function commonLabels(service: string, environment: string): Readonly<Record<string, string>> {
  return {
    "app.kubernetes.io/name": service,
    [managedByLabel]: manager,
    [serviceLabel]: service,
    [environmentLabel]: environment,
  };
}

/** Whether a label or annotation says what only Fairway knows, so that nobody else may set it. */
export function reservedKey(key: string): boolean {
  return key.startsWith("fairway.dev/") || key === "app.kubernetes.io/name" || key === managedByLabel;
}
