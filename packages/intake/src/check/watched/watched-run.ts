/** What was seen of a service that was built, started and stopped as Fairway does it. */
export interface WatchedRun {
  /** The words that started it. */
  readonly command: readonly string[];
  /** What `$PORT` said. */
  readonly port: number;
  /** Milliseconds that it had until it should listen. */
  readonly patience: number;
  /** When it ended before it was asked to. `code` is null when a signal ended it. */
  readonly ended:
    | { readonly code: number | null; readonly signal: string | null; readonly milliseconds: number }
    | undefined;
  /** Milliseconds until `$PORT` took connections; undefined: it never did. */
  readonly listening: number | undefined;
  /** Where its processes listen; undefined where the system does not say. */
  readonly sockets: readonly Endpoint[] | undefined;
  /** Answers on the paths that app.toml names; `status` undefined: no answer. */
  readonly health: readonly { readonly check: string; readonly path: string; readonly status: number | undefined }[];
  /** Files in its folder that were made or changed, relative to it. */
  readonly written: readonly string[];
  /** Files elsewhere, outside of the temporary folders, that it had open for writing. */
  readonly openElsewhere: readonly string[];
  /** Connections that it opened by itself. */
  readonly connections: readonly Endpoint[];
  /** Bytes at rest, of all its processes; undefined where the system does not say. */
  readonly memory: number | undefined;
  /** Its last lines. */
  readonly output: readonly string[];
  /** How it took SIGTERM; undefined when it was not there any more. */
  readonly stop: Stop | undefined;
}

export interface Endpoint {
  /** `0.0.0.0`, `::`, `127.0.0.1`, ... */
  readonly address: string;
  readonly port: number;
}

export interface Stop {
  /** Milliseconds until it had ended; undefined: it was killed when its grace was over. */
  readonly milliseconds: number | undefined;
  /** True when the signal itself ended it: nobody had asked for it. */
  readonly bySignal: boolean;
  /** What became of a request that was on its way. */
  readonly request: "answered" | "cut" | undefined;
  /** Processes of its own that lived on when the first had ended. */
  readonly leftBehind: boolean;
}
