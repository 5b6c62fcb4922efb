import type { KubernetesObject } from "@fairway/objects";

/** Which object: `resource` is the plural (`pods`, `deployments`), unique over the groups that the minicluster serves. */
export interface Key {
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: string;
  readonly object: KubernetesObject;
}

export interface WriteOptions {
  /** Field manager recorded in managedFields; controllers use their own name. */
  readonly manager?: string;
  /** `finalize` writes a Namespace's `spec.finalizers` (the namespace controller's last step); `status` writes only the status. */
  readonly subresource?: "status" | "scale" | "finalize";
  readonly dryRun?: boolean;
}

/**
 * The stored objects, as controllers and node agents use them in process: the same defaulting, validation, admission
 * and conflicts as over HTTP. Synchronous: a write is on disk when the call returns. Failures are `ApiError`
 * (a Kubernetes `Status`).
 */
export interface ObjectsApi {
  get(key: Key): KubernetesObject | undefined;
  list(
    resource: string,
    filter?: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> },
  ): readonly KubernetesObject[];
  create(resource: string, object: KubernetesObject, options?: WriteOptions): KubernetesObject;
  /** Compare-and-swap when `metadata.resourceVersion` is set. */
  update(resource: string, object: KubernetesObject, options?: WriteOptions): KubernetesObject;
  /** Gives a pod its node, once. */
  bind(pod: { readonly namespace: string; readonly name: string }, node: string): KubernetesObject;
  remove(
    key: Key,
    options?: {
      readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
      readonly gracePeriodSeconds?: number;
      readonly uid?: string;
      readonly resourceVersion?: string;
    },
  ): void;
  /** Called after each stored change, in order, synchronously after the write. Returns the unsubscribe. */
  subscribe(listener: (change: Change) => void): () => void;
}

export interface LogOptions {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  readonly timestamps?: boolean;
}

/** Where `kubectl logs` reads; the node agent implements it. Throws `ApiError` 404/400 when there is no such container or log. */
export interface PodLogs {
  read(
    pod: { readonly namespace: string; readonly name: string },
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
}
