/** Joins what many producers push into one stream; a producer waits while the reader is behind. */
export interface LineQueue<Item> {
  /** Resolves when there is room again. */
  push(item: Item): Promise<void>;
  /** No more producers: the reader ends after the last item. */
  end(): void;
  fail(error: unknown): void;
  read(signal: AbortSignal): AsyncGenerator<Item>;
}

/** @param limit items that may wait for the reader */
export function lineQueue<Item>(limit: number): LineQueue<Item> {
  const items: Item[] = [];
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let wakeReader = () => {};
  let wakeProducers: (() => void)[] = [];
  return {
    async push(item) {
      items.push(item);
      wakeReader();
      if (items.length >= limit) await new Promise<void>((resolve) => wakeProducers.push(resolve));
    },
    end() {
      ended = true;
      wakeReader();
    },
    fail(error) {
      failure ??= { error };
      wakeReader();
    },
    async *read(signal) {
      signal.addEventListener("abort", () => wakeReader());
      try {
        while (!signal.aborted) {
          const item = items.shift();
          if (item !== undefined) {
            if (items.length < limit / 2) for (const wake of wakeProducers.splice(0)) wake();
            yield item;
          } else if (failure !== undefined) throw failure.error;
          else if (ended) return;
          else {
            await new Promise<void>((resolve) => {
              wakeReader = resolve;
            });
          }
        }
      } finally {
        for (const wake of wakeProducers) wake();
        wakeProducers = [];
      }
    },
  };
}
