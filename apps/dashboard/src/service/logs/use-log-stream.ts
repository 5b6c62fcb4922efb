import type { LogLine } from "@fairway/api";
import { useCallback, useEffect, useRef, useState } from "react";
import { useClient } from "../../data/client.ts";
import { useEnvironment } from "../../data/environment.ts";
import { type StreamState, useStream } from "../../data/use-stream.ts";
import { appendLines, emptyBuffer, type LogBuffer } from "./log-buffer.ts";

/** Lines are shown together every so many milliseconds: a busy service writes thousands in a second. */
const flushEvery = 100;
const tail = 500;

export interface LogFilter {
  readonly cluster: string | undefined;
  readonly pod: string | undefined;
  readonly release: string | undefined;
  /** Of the container before its last restart. */
  readonly previous: boolean;
}

export function useLogStream(
  service: string,
  { cluster, pod, release, previous }: LogFilter,
): { readonly buffer: LogBuffer; readonly state: StreamState; readonly error: unknown; readonly restart: () => void } {
  const client = useClient();
  const environment = useEnvironment();
  const [attempt, setAttempt] = useState(0);
  const [buffer, setBuffer] = useState(emptyBuffer);
  const pending = useRef<LogLine[]>([]);

  const open = useCallback(
    (options: { readonly signal: AbortSignal; readonly onConnection: (state: "open" | "lost") => void }) => {
      void attempt;
      return client.serviceLogs({
        params: { service },
        query: {
          ...(environment === undefined ? {} : { environment }),
          ...(cluster === undefined ? {} : { cluster }),
          ...(pod === undefined ? {} : { pod }),
          ...(release === undefined ? {} : { release }),
          follow: previous ? "false" : "true",
          previous: previous ? "true" : "false",
          tail,
        },
        ...options,
      });
    },
    [client, environment, service, cluster, pod, release, previous, attempt],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new stream begins with its own tail
  useEffect(() => {
    pending.current = [];
    setBuffer(emptyBuffer);
  }, [open]);
  const stream = useStream(open, (line) => {
    pending.current.push(line);
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (pending.current.length === 0) return;
      const lines = pending.current;
      pending.current = [];
      setBuffer((old) => appendLines(old, lines));
    }, flushEvery);
    return () => clearInterval(timer);
  }, []);
  return { buffer, ...stream, restart: () => setAttempt(attempt + 1) };
}
