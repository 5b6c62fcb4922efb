import type { Client, LiveEvent, ServiceSummary } from "@fairway/api";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useClient } from "./client.ts";
import { onRetry, setConnection } from "./connection.ts";

/** Changes are gathered for so long (milliseconds) before the page asks again. */
const gatherFor = 250;
/** So many changed services are fetched one by one; more of them mean a new list. */
const fetchSingly = 8;
/** A hidden page gives its connection back after so long: a browser has only six for one origin, over all its tabs. */
const hiddenFor = 20_000;

/** Keeps what is on the screen live: follows the platform's events and asks again for what changed. */
export function useLiveChanges(enabled: boolean): void {
  const client = useClient();
  const cache = useQueryClient();
  useEffect(() => {
    if (!enabled) return;
    let abort: AbortController | undefined;
    let hiding: ReturnType<typeof setTimeout> | undefined;

    let before = false;
    const start = () => {
      abort?.abort();
      abort = new AbortController();
      void follow(client, cache, abort.signal, before);
      before = true;
    };
    const stop = () => {
      abort?.abort();
      abort = undefined;
    };
    const onVisibility = () => {
      clearTimeout(hiding);
      if (document.visibilityState === "hidden") hiding = setTimeout(stop, hiddenFor);
      else if (abort === undefined) start();
    };
    const stopRetries = onRetry(start);
    document.addEventListener("visibilitychange", onVisibility);
    start();
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      stopRetries();
      clearTimeout(hiding);
      stop();
    };
  }, [client, cache, enabled]);
}

/** `before`: an earlier stream has ended, so that changes may have been missed. */
async function follow(client: Client, cache: QueryClient, signal: AbortSignal, before: boolean): Promise<void> {
  const changes = gather(client, cache, signal);
  let missed = before;
  try {
    const stream = client.events({
      signal,
      reconnectFor: Number.POSITIVE_INFINITY,
      onConnection: (state) => {
        setConnection(state === "open" ? "live" : "lost");
        if (state === "open" && missed) void cache.invalidateQueries();
        missed = true;
      },
    });
    for await (const event of stream) changes(event.data);
    if (!signal.aborted) setConnection("lost");
  } catch (error) {
    if (signal.aborted) return;
    setConnection("lost");
    // The account decides whether the session has ended; other refusals are tried again with the next visit.
    void cache.invalidateQueries({ queryKey: ["account"] });
    console.warn("the event stream ended:", error);
  }
}

/** Collects events and applies them together, so that a rollout of many pods is one question, not a hundred. */
function gather(client: Client, cache: QueryClient, signal: AbortSignal): (event: LiveEvent) => void {
  const services = new Map<string, LiveEvent>();
  const kinds = new Set<LiveEvent["kind"]>();
  const rollouts = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const apply = () => {
    timer = undefined;
    if (signal.aborted) return;
    if (kinds.has("cluster")) void cache.invalidateQueries({ queryKey: ["clusters"] });
    if (kinds.has("rollout")) void cache.invalidateQueries({ queryKey: ["rollouts"] });
    if (kinds.has("fleet")) {
      void cache.invalidateQueries({ queryKey: ["fleets"] });
      void cache.invalidateQueries({ queryKey: ["fleet"] });
    }
    const told = [...rollouts];
    if (told.length > 0) {
      void cache.invalidateQueries({
        predicate: ({ queryKey: [kind, number], state: { data } }) =>
          kind === "rollout" && told.includes(String(number)) && !isUnderWay(data),
      });
    }
    const changed = [...services.values()];
    for (const { id } of changed) {
      void cache.invalidateQueries({
        predicate: ({ queryKey: [kind, , service] }) => kind === "service" && service === id,
      });
    }
    if (changed.length > fetchSingly) void cache.invalidateQueries({ queryKey: ["services"] });
    else for (const event of changed) void refreshRow(client, cache, event);
    services.clear();
    kinds.clear();
    rollouts.clear();
  };

  return (event) => {
    kinds.add(event.kind);
    if (event.kind === "service") services.set(event.id, event);
    if (event.kind === "rollout") rollouts.add(event.id);
    if (timer === undefined) timer = setTimeout(apply, gatherFor);
  };
}

/** A page that shows a rollout under way follows its own stream, which is never older than an answer. */
function isUnderWay(rollout: unknown): boolean {
  return typeof rollout === "object" && rollout !== null && "sequence" in rollout && !("endedAt" in rollout);
}

/** Replaces one row of each list that is on the screen; a list of thousands is not fetched again for one change. */
async function refreshRow(
  client: Client,
  cache: QueryClient,
  { id: service, environment: changedIn }: LiveEvent,
): Promise<void> {
  for (const [key, rows] of cache.getQueriesData<readonly ServiceSummary[]>({ queryKey: ["services"] })) {
    if (rows === undefined) continue;
    const environment = typeof key[1] === "string" && key[1] !== "" ? key[1] : undefined;
    if (environment !== undefined && changedIn !== undefined && environment !== changedIn) continue;
    try {
      const row = await client.getService({
        params: { service },
        query: environment === undefined ? {} : { environment },
      });
      cache.setQueryData<readonly ServiceSummary[]>(key, (old) => {
        if (old === undefined) return old;
        const index = old.findIndex((candidate) => candidate.name === service);
        return index === -1 ? [...old, row] : old.with(index, row);
      });
    } catch {
      // It is gone, or the server is: the list knows.
      void cache.invalidateQueries({ queryKey: key });
    }
  }
}
