import type { ServerEvent } from "@fairway/api";
import { useEffect, useEffectEvent, useState } from "react";

export type StreamState = "connecting" | "open" | "lost" | "ended" | "failed";

/**
 * Follows a stream of server-sent events while the component is on the screen. `open` must be stable (memoized): a new
 * one starts a new stream; undefined follows nothing.
 */
export function useStream<Data>(
  open:
    | ((options: {
        signal: AbortSignal;
        onConnection: (state: "open" | "lost") => void;
      }) => AsyncIterable<ServerEvent<Data>>)
    | undefined,
  onData: (data: Data) => void,
): { readonly state: StreamState; readonly error: unknown } {
  const [state, setState] = useState<StreamState>("connecting");
  const [error, setError] = useState<unknown>(undefined);
  const receive = useEffectEvent(onData);
  useEffect(() => {
    if (open === undefined) return;
    const abort = new AbortController();
    setState("connecting");
    setError(undefined);
    void (async () => {
      try {
        const stream = open({
          signal: abort.signal,
          onConnection: (connection) => setState(connection),
        });
        for await (const event of stream) {
          if (abort.signal.aborted) return;
          receive(event.data);
        }
        if (!abort.signal.aborted) setState("ended");
      } catch (failure) {
        if (abort.signal.aborted) return;
        setError(failure);
        setState("failed");
      }
    })();
    return () => abort.abort();
  }, [open]);
  return { state, error };
}
