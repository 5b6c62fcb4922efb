import type { Condition, EndpointSlice, Service } from "@fairway/objects";
import { endpointsOf, isTaking } from "./endpoints.ts";

/** Annotation of a Service: shares of its requests by slot, `{"a":95,"b":5}`; the slots' pods are those of Services `<name>-a` and `<name>-b`. */
const WEIGHTS = "fairway.dev/weights";
/** Type of the condition of a Service that says in its message by which shares its requests are routed. */
export const WEIGHTS_TAKEN = "fairway.dev/WeightsTaken";
/** Label of pods, in selectors of Services that lead to one slot. */
const SLOT = "fairway.dev/slot";
const SLOTS = ["a", "b"] as const;

export type Slot = (typeof SLOTS)[number];
/** Relative to each other. */
export type Shares = Readonly<Record<Slot, number>>;

/** What is known of the cluster when it is asked. */
export interface Seen {
  /** The EndpointSlices of a Service. */
  slices(namespace: string | undefined, service: string): readonly EndpointSlice[];
  /** Labels of a pod; undefined: it has gone. */
  podLabels(namespace: string | undefined, pod: string): Readonly<Record<string, string>> | undefined;
}

/** The Service of one slot beside a stable one. */
export function slotService({ metadata }: Service, slot: Slot): string {
  return `${metadata.name}-${slot}`;
}

/** The shares that a Service asks for; undefined: none, it goes by its selector. */
export function sharesOf({ metadata }: Service): Shares | undefined {
  const text = metadata.annotations?.[WEIGHTS];
  if (text === undefined) return undefined;
  try {
    const asked: unknown = JSON.parse(text);
    if (typeof asked !== "object" || asked === null) return undefined;
    const weights = new Map<string, unknown>(Object.entries(asked));
    const [a = 0, b = 0] = SLOTS.map((slot) => weights.get(slot));
    return isWeight(a) && isWeight(b) && a + b > 0 ? { a, b } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What to say of the shares by which a Service's requests are routed; undefined for one that leads to no slot. True only when
 * nobody else gets any: whoever reads it may take away the pods of a slot that has no share.
 */
export function sharesTaken(
  service: Service,
  seen: Seen,
): Pick<Condition, "type" | "status" | "reason" | "message"> | undefined {
  const { namespace, name, annotations, labels } = service.metadata;
  const slot = SLOTS.find((one) => one === service.spec?.selector?.[SLOT]);
  // The slots' own Services carry the slot as a label too: they have nothing to share out.
  if (slot === undefined || labels?.[SLOT] !== undefined) return undefined;
  const said = (status: "True" | "False", reason: string, message: string) =>
    ({ type: WEIGHTS_TAKEN, status, reason, message }) as const;
  const shares = sharesOf(service);
  if (shares !== undefined) {
    const empty = SLOTS.find((one) => shares[one] > 0 && endpointsOf(service, slicesOfSlot(one)).length === 0);
    if (empty === undefined) return said("True", "Routed", JSON.stringify(shares));
    return said("False", "SlotEmpty", `slot ${empty} has no ready pods, so that its share goes elsewhere`);
  }
  if (annotations?.[WEIGHTS] !== undefined) {
    return said("False", "NotUnderstood", `${WEIGHTS} is not of the form {"a":95,"b":5}: requests go by the selector`);
  }
  const strangers = seen
    .slices(namespace, name)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter((endpoint) => isTaking(endpoint) && slotOf(endpoint.targetRef?.name ?? "") !== slot);
  if (strangers.length > 0) return said("False", "OtherPods", `pods of another slot still take requests`);
  return said("True", "Routed", JSON.stringify({ a: 0, b: 0, [slot]: 100 }));

  function slicesOfSlot(one: Slot): readonly EndpointSlice[] {
    return seen.slices(namespace, slotService(service, one));
  }
  function slotOf(pod: string): string | undefined {
    return seen.podLabels(namespace, pod)?.[SLOT];
  }
}

function isWeight(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
