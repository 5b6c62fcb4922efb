import type { KubernetesObject } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { isExpired, listPages, type Selection } from "../objects/list-objects.ts";
import { keptObject } from "./kept-object.ts";
import { watchEvents } from "./watch-events.ts";

/** How often a kind that the API does not serve is asked for again, in milliseconds. */
const unservedWait = 60_000;
/** Watches that may break in a row before that is told. */
const quietFailures = 3;

/** Waits between tries, in milliseconds: doubled from the first to the longest, with jitter. */
export interface Waits {
  readonly first: number;
  readonly longest: number;
}

export interface InformerOptions {
  readonly client: ApiClient;
  readonly selection: Selection;
  readonly waits: Waits;
  /** How long one watch request lasts, at least; half as long again at most. */
  readonly watchSeconds: number;
  readonly signal: AbortSignal;
  /** Objects that are not worth keeping; asked again at each change. */
  readonly keep?: (object: KubernetesObject) => boolean;
  /** Something in this place is different now; undefined: a list has come, perhaps an empty one. */
  readonly onChange: (place: string | undefined) => void;
  /** The list or the watch cannot be had, after the client's own repetitions; the informer goes on trying. */
  readonly onTrouble: (error: ClusterError) => void;
  /** It is sound now and was not. */
  readonly onSound?: () => void;
}

/** A copy of a selection of objects that follows the cluster. */
export interface Informer {
  readonly selection: Selection;
  /** True once the first list has come. */
  readonly synced: boolean;
  /** True while watches go on from a list without a gap; then it is behind by no more than what is on its way. */
  readonly sound: boolean;
  /** Why it cannot list or watch at the moment. */
  readonly trouble: ClusterError | undefined;
  /** What was last seen in a place: a namespace, or for a cluster-scoped kind the object's own name. */
  objects(place: string): readonly KubernetesObject[];
  /** Ends the watch and lists again: its connection is in doubt. */
  interrupt(): void;
  /** Forgets one object, for callers that bound what they keep. */
  forget(object: KubernetesObject): void;
}

/**
 * List, then watch from the list's version; when the watch has lasted its time, watch on from the newest version seen. After
 * anything else list again: the API may have forgotten the version (410), or it was restored from a backup meanwhile, and
 * then versions count from an earlier one again, so that a watch from ours would pass over what happened since. Ends when
 * `signal` aborts, and never otherwise.
 */
export function startInformer(options: InformerOptions): Informer {
  const { client, selection, signal } = options;
  const keep = options.keep ?? (() => true);
  const known = new Map<string, Map<string, KubernetesObject>>();
  let synced = false;
  let sound = false;
  let version: string | undefined;
  let failures = 0;
  let trouble: ClusterError | undefined;
  let interrupted = new AbortController();

  void run();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (version === undefined) {
          version = await replaceAll();
          synced = true;
          // Also for an empty list: who waits for the first state hears of it.
          options.onChange(undefined);
        }
        if (await follow()) failures = 0;
        else forgetVersion();
        // Watches that end as soon as they begin must not become a busy loop.
        if (version === undefined) await backOff();
      } catch (error) {
        if (signal.aborted) return;
        forgetVersion();
        if (isExpired(error)) await backOff();
        else if (error instanceof ClusterError && error.code === "not-found") {
          // This API does not serve the kind, so it has no objects of it; perhaps it will some day.
          synced = true;
          removeOthers(new Set());
          options.onChange(undefined);
          await waitAWhile(unservedWait);
        } else {
          trouble = asClusterError(error);
          options.onTrouble(trouble);
          await backOff();
        }
      }
    }
  }

  function forgetVersion(): void {
    version = undefined;
    sound = false;
  }

  async function backOff(): Promise<void> {
    await waitAWhile(Math.min(options.waits.first * 2 ** failures, options.waits.longest));
    failures += 1;
  }

  function waitAWhile(milliseconds: number): Promise<void> {
    return client.time.sleep(milliseconds * (0.5 + client.time.random()), signal).catch(() => {});
  }

  /** Resolves with whether the watch lasted its time. */
  async function follow(): Promise<boolean> {
    // Not all watches of a server end at once.
    const seconds = Math.ceil(options.watchSeconds * (1 + client.time.random() / 2));
    interrupted = new AbortController();
    const either = AbortSignal.any([signal, interrupted.signal]);
    try {
      for await (const event of watchEvents(client, selection, version ?? "", seconds, either)) {
        if (event.type === "TIMEOUT") return true;
        if (event.type === "OPENED") {
          trouble = undefined;
          if (!sound) {
            sound = true;
            options.onSound?.();
          }
        } else if (event.type === "BOOKMARK") version = event.resourceVersion || version;
        else {
          version = event.object.metadata.resourceVersion ?? version;
          if (event.type === "DELETED") remove(event.object);
          else set(event.object);
        }
      }
    } catch (error) {
      // The list that follows finds out whether the API is there; a watch that fails beside lists that do not is told too.
      const quiet = interrupted.signal.aborted || (isUnreachable(error) && failures < quietFailures);
      if (!quiet) throw error;
    }
    return false;
  }

  /** Lists; resolves with the version to watch from. */
  async function replaceAll(): Promise<string> {
    const listed = new Set<string>();
    let from = "";
    for await (const { objects, resourceVersion } of listPages(client, selection, signal)) {
      for (const object of objects) {
        listed.add(keyOf(object));
        set(object);
      }
      from = resourceVersion;
    }
    removeOthers(listed);
    return from;
  }

  function removeOthers(than: ReadonlySet<string>): void {
    const gone = [...known.values()].flatMap((there) => [...there.values()].filter((one) => !than.has(keyOf(one))));
    for (const object of gone) remove(object);
  }

  function set(object: KubernetesObject): void {
    if (!keep(object)) {
      remove(object);
      return;
    }
    const place = placeOf(object);
    const there = known.get(place) ?? new Map<string, KubernetesObject>();
    known.set(place, there);
    const before = there.get(object.metadata.name);
    const after = keptObject(object);
    there.set(object.metadata.name, after);
    if (before === undefined || !isSame(before, after)) options.onChange(place);
  }

  function remove(object: KubernetesObject): void {
    if (forget(object)) options.onChange(placeOf(object));
  }

  function forget(object: KubernetesObject): boolean {
    const place = placeOf(object);
    const there = known.get(place);
    if (!there?.delete(object.metadata.name)) return false;
    if (there.size === 0) known.delete(place);
    return true;
  }

  function asClusterError(error: unknown): ClusterError {
    return error instanceof ClusterError
      ? error
      : new ClusterError("unknown", client.cluster, String(error), { cause: error });
  }

  return {
    selection,
    get synced() {
      return synced;
    },
    get sound() {
      return sound;
    },
    get trouble() {
      return trouble;
    },
    objects: (place) => [...(known.get(place)?.values() ?? [])],
    interrupt: () => interrupted.abort(),
    forget: (object) => {
      forget(object);
    },
  };
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ClusterError && error.code === "unreachable";
}

/** After a restored backup two versions of an object may have the same number. */
function isSame(before: KubernetesObject, after: KubernetesObject): boolean {
  const unchanged = before.metadata.resourceVersion === after.metadata.resourceVersion;
  return unchanged && JSON.stringify(before) === JSON.stringify(after);
}

function placeOf(object: KubernetesObject): string {
  return object.metadata.namespace ?? object.metadata.name;
}

function keyOf(object: KubernetesObject): string {
  return `${placeOf(object)}/${object.metadata.name}`;
}
