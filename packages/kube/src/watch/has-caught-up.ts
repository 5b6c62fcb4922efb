import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "@fairway/objects";
import type { ApiClient } from "../http/api-client.ts";
import { listObjects, type Selection } from "../objects/list-objects.ts";
import { keptObject } from "./kept-object.ts";

/** How long a copy is behind at most when all is well, in milliseconds; then it is compared with another list. */
const pause = 300;

/**
 * Whether a copy that somebody else keeps shows, before `patience` milliseconds have passed, nothing older than this call:
 * it is compared with a list that is made now. Each listed object must be seen in the copy as it was listed, now or on its
 * way to something newer, and the copy must have no other: that may have gone before the list, or come after it, and then
 * the next list has it. Versions are never ordered: after a restored backup they count anew.
 */
export async function hasCaughtUp(of: {
  readonly client: ApiClient;
  /** What of the copy is meant. */
  readonly selection: Selection;
  /** That part of the copy now. */
  readonly shown: () => readonly KubernetesObject[];
  /** Has its argument called at once after each change of the copy, before the next one. */
  readonly onChange: (look: () => void) => void;
  readonly patience: number;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const { client, shown, signal } = of;
  const { time } = client;
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const caughtUp = Promise.withResolvers<void>();
  const seen = new Map<string, KubernetesObject>();
  let listed: readonly KubernetesObject[] | undefined;

  const look = (): void => {
    const now = shown();
    for (const object of now) seen.set(stateOf(object), object);
    if (listed === undefined) return;
    const there = new Set(listed.map(uidOf));
    const wasSeen = (object: KubernetesObject) => isDeepStrictEqual(seen.get(stateOf(object)), object);
    if (now.every((object) => there.has(uidOf(object))) && listed.every(wasSeen)) caughtUp.resolve();
  };
  const end = time.elapsed() + of.patience;
  const found = caughtUp.promise.then(() => true);
  of.onChange(look);
  look();
  try {
    while (time.elapsed() < end) {
      listed = (await listObjects(client, of.selection, either)).map(keptObject);
      look();
      if (await Promise.race([found, time.sleep(pause, either).then(() => false)])) return true;
    }
    return false;
  } catch {
    // Whoever lists it next hears why.
    return false;
  } finally {
    ended.abort();
  }
}

function uidOf({ metadata }: KubernetesObject): string {
  return metadata.uid ?? metadata.name;
}

function stateOf(object: KubernetesObject): string {
  return `${uidOf(object)} ${object.metadata.resourceVersion}`;
}
