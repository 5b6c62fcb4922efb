/** Labels, readable by selectors. `release` and `slot` are put on by `placeInSlot`, all others by the renderer. */
export const serviceLabel = "fairway.dev/service";
export const environmentLabel = "fairway.dev/environment";
export const slotLabel = "fairway.dev/slot";
/** The release's name. Outside of the hash that makes this name, hence stamped after rendering. */
export const releaseLabel = "fairway.dev/release";
export const managedByLabel = "app.kubernetes.io/managed-by";
/** Value of `managedByLabel` on everything that Fairway makes. */
export const manager = "fairway";

/** On what a team brought itself (`kubernetes/*.yaml`), which has no slots. */
export const extraLabel = "fairway.dev/extra";
/** On a cron's pods: its name. */
export const cronLabel = "fairway.dev/cron";
/** On one of several workloads with different memory limits: its number, from 1. */
export const staggerLabel = "fairway.dev/stagger";

/** Annotation of a Service: the platform-wide number that addresses are made of. */
export const numberAnnotation = "fairway.dev/number";
/** Annotation of a Service: shares of requests by slot, `{"a":95,"b":5}`, for our gateway, which answers with `weightsCondition`. */
export const weightsAnnotation = "fairway.dev/weights";
/**
 * Type of the condition of a Service by which our gateway says by which shares it routes: in its message, in the annotation's
 * form. Without the annotation the selector's slot has all.
 */
export const weightsCondition = "fairway.dev/WeightsTaken";
/** Annotation of pods: megabits per second that each is expected to move, for whoever places them. */
export const netutilAnnotation = "fairway.dev/netutil";

/** On the pods of a service that has declared to call another: the provider lets in who carries it. */
export function callsLabel(provider: string): string {
  return `fairway.dev/calls.${provider}`;
}

/** Whether a label or annotation says what only Fairway knows, so that nobody else may set it. */
export function reservedKey(key: string): boolean {
  return key.startsWith("fairway.dev/") || key === "app.kubernetes.io/name" || key === managedByLabel;
}

export function commonLabels(service: string, environment: string): Readonly<Record<string, string>> {
  return {
    "app.kubernetes.io/name": service,
    [managedByLabel]: manager,
    [serviceLabel]: service,
    [environmentLabel]: environment,
  };
}
