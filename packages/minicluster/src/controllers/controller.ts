import type { Clock } from "../clock/clock.ts";
import type { Change, ObjectsApi } from "../objects-api.ts";
import { ApiError } from "../status.ts";

/**
 * A level-triggered control loop: a change names keys, and for each key `reconcile` compares what is with what shall be
 * and takes the next steps. It may be called at any time, also for keys of which nothing is left.
 */
export interface Controller {
  /** The name in logs and as field manager. */
  readonly name: string;
  /** Resources whose objects are looked at when the controller starts. */
  readonly resources: readonly string[];
  /** Which keys a change concerns. */
  keysOf(change: Change): readonly string[];
  /** Returns after how many milliseconds to look again, when time alone may change the decision. */
  reconcile(key: string): number | undefined;
}

export interface ControllerContext {
  readonly objects: ObjectsApi;
  readonly clock: Clock;
  /** Called with what went wrong unexpectedly; conflicts are not. */
  readonly onError: (message: string) => void;
}

/** Keys handled in one turn of the event loop; requests must get theirs too. */
const BATCH = 64;
const FIRST_RETRY_MILLISECONDS = 5;
const LAST_RETRY_MILLISECONDS = 30_000;

/** Runs a controller until the returned stop is called. */
export function runController(controller: Controller, { objects, clock, onError }: ControllerContext): () => void {
  const pending = new Set<string>();
  const timers = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  const failures = new Map<string, number>();
  let cancelTurn: (() => void) | undefined;
  let stopped = false;

  function add(key: string): void {
    if (stopped) return;
    pending.add(key);
    cancelTurn ??= clock.after(0, turn);
  }

  function turn(): void {
    cancelTurn = undefined;
    for (const key of [...pending].slice(0, BATCH)) {
      pending.delete(key);
      look(key);
    }
    if (pending.size > 0 && !stopped) cancelTurn ??= clock.after(0, turn);
  }

  function look(key: string): void {
    let again: number | undefined;
    try {
      again = controller.reconcile(key);
      failures.delete(key);
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      again = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (count - 1), LAST_RETRY_MILLISECONDS);
      if (!(error instanceof ApiError && error.code === 409)) {
        onError(`${controller.name} ${key}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (again !== undefined) lookLater(key, again);
  }

  function lookLater(key: string, milliseconds: number): void {
    const at = clock.now() + milliseconds;
    const known = timers.get(key);
    if (known && known.at <= at) return;
    known?.cancel();
    const cancel = clock.after(milliseconds, () => {
      timers.delete(key);
      add(key);
    });
    timers.set(key, { at, cancel });
  }

  const unsubscribe = objects.subscribe((change) => {
    for (const key of controller.keysOf(change)) add(key);
  });
  for (const resource of controller.resources) {
    for (const object of objects.list(resource)) {
      for (const key of controller.keysOf({ type: "ADDED", resource, object })) add(key);
    }
  }
  return () => {
    stopped = true;
    unsubscribe();
    cancelTurn?.();
    for (const { cancel } of timers.values()) cancel();
  };
}
