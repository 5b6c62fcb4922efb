import type { KubernetesObject } from "@fairway/objects";
import type { Slot } from "../ports.ts";

/**
 * What shares requests between two slots in a cluster: our gateway, an HTTPRoute of the Gateway API, or, where nothing has
 * weights, the numbers of pods behind one Service.
 */
export type RouterName = "gateway" | "http-route" | "replicas";

/** Two releases that stand side by side in one cluster. */
export interface SideBySide {
  readonly service: string;
  readonly namespace: string;
  readonly from: Slot;
  readonly to: Slot;
  /** All objects of the two releases, placed. */
  readonly former: readonly KubernetesObject[];
  readonly desired: readonly KubernetesObject[];
}

/** Whether the data path does what it was told. */
export interface Taken {
  readonly taken: boolean;
  /** One line: `5 % to the new release`, or what is still waited for. */
  readonly detail: string;
}

/** How requests are shared out by one kind of router. Pure: the engine applies, reads and asks again. */
export interface Router {
  /** Whether `taken` is what those who route say themselves; else it is what the API has for them, and they may not have heard of it. */
  readonly answersItself: boolean;
  /** What must be there before the first step and goes with the decision, such as a Service for each slot. */
  beside(of: SideBySide): readonly KubernetesObject[];
  /**
   * What to apply for this share, beside workloads. That for 0 is applied too as soon as the new workloads are there, so that
   * routers can get ready for the shares that follow.
   *
   * @param weight percent of requests for `to`; 0 is as before, 100 as after
   */
  objects(of: SideBySide, weight: number): readonly KubernetesObject[];
  /**
   * Where shares are those of replicas: how many stand in `to`.
   *
   * @param of replicas of both releases as they say them, over all workloads
   * @param weight between 0 and 100, neither of them
   */
  replicas?(of: { readonly former: number; readonly desired: number }, weight: number): number;
  /** What to read in order to know whether it has been taken. */
  reads(of: SideBySide): readonly Query[];
  /** @param live what was read of `reads`, after the objects of this share were applied */
  taken(of: SideBySide, weight: number, live: readonly KubernetesObject[]): Taken;
}

/** Objects to read: one by its name, or all that carry these labels. */
export interface Query {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
