import type { JsonObject } from "../json.ts";
import type { StatusCause } from "../status.ts";

/** What a kind's hooks may look at beside the object. */
export interface HookContext {
  /** All stored objects of another resource. */
  list(resource: string): readonly JsonObject[];
}

/** One column of `kubectl get`. `priority` 1 is shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date" | "boolean";
  readonly description: string;
  readonly priority: 0 | 1;
  /** `now` in milliseconds, for ages. */
  cell(object: JsonObject, now: number): string | number;
}

/** A kind as data, with the few hooks in which kinds differ. Hooks change the draft that they get. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural; unique over all groups served. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Full name of the schema in the OpenAPI. */
  readonly schema: string;
  readonly subresources: readonly ("status" | "scale" | "log" | "finalize" | "eviction" | "token")[];
  /** Whether `metadata.generation` counts changes of the desired state. */
  readonly generation: boolean;
  /** Updates without a resourceVersion are refused. */
  readonly optimisticLockRequired?: boolean;
  readonly verbs?: readonly string[];
  nameProblems(name: string): readonly string[];
  /** Sets what the API server sets when it is left out. Runs on every write. */
  defaults?(object: JsonObject): void;
  /** After the uid is given, before validation. */
  prepareCreate?(object: JsonObject, context: HookContext): void;
  /** Keeps what a client may not change through the main resource. The status is kept for kinds that have one. */
  prepareUpdate?(object: JsonObject, previous: JsonObject, context: HookContext): void;
  /** Rules of one object by itself. */
  validate?(object: JsonObject): readonly StatusCause[];
  /** Rules of a change. */
  validateUpdate?(object: JsonObject, previous: JsonObject): readonly StatusCause[];
  readonly columns: readonly Column[];
  /** Field selectors beyond `metadata.name` and `metadata.namespace`. */
  readonly fieldSelectors?: Readonly<Record<string, (object: JsonObject) => string>>;
}

/** `apiVersion` of a kind: `v1`, `apps/v1`. */
export function apiVersionOf(kind: Pick<Kind, "group" | "version">): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}
