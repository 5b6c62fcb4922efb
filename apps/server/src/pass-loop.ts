/** Work that is done by passes, one at a time: each looks at everything there is to do. */
export interface PassLoop {
  /** There may be something to do: a pass soon, and another one where one is under way. Nothing happens before `start`. */
  wake(): void;
  start(): void;
  /** Aborts the signal, and waits until the pass under way has ended. */
  stop(): Promise<void>;
}

/**
 * @param pass gives after how many milliseconds it wants to be called again though nobody wakes it; undefined: not at all. Must
 * not throw
 */
export function passLoop(pass: (signal: AbortSignal) => Promise<number | undefined>): PassLoop {
  const stopping = new AbortController();
  const { signal } = stopping;
  let started = false;
  let asked = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const run = async (): Promise<void> => {
    let wait: number | undefined;
    while (asked && !signal.aborted) {
      asked = false;
      wait = await pass(signal);
    }
    running = undefined;
    clearTimeout(timer);
    if (wait !== undefined && !signal.aborted) timer = setTimeout(wake, wait).unref();
  };
  const wake = (): void => {
    asked = true;
    if (started && !signal.aborted) running ??= run();
  };

  return {
    wake,
    start() {
      started = true;
      wake();
    },
    async stop() {
      stopping.abort(new Error("the server stops"));
      clearTimeout(timer);
      await running;
    },
  };
}
