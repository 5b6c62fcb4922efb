/** Whether what is on the screen is live. One store for the page; components read it by `useConnection`. */
import { useSyncExternalStore } from "react";

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** `since`: milliseconds since the epoch of the last moment that was live, or of the first failure. */
  | { readonly state: "lost"; readonly since: number };

let current: Connection = { state: "connecting" };
const listeners = new Set<() => void>();
const retries = new Set<() => void>();

export function setConnection(state: Connection["state"]): void {
  if (state === current.state) return;
  current = state === "lost" ? { state, since: Date.now() } : { state };
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

/** Called when a person wants the connection tried at once. */
export function onRetry(retry: () => void): () => void {
  retries.add(retry);
  return () => retries.delete(retry);
}

export function retryConnection(): void {
  for (const retry of retries) retry();
}
