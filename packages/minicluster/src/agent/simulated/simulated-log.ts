import type { Clock } from "../../clock/clock.ts";
import type { LogOptions } from "../../objects-api.ts";

/** What a simulated container has written. */
export interface SimulatedLog {
  print(line: string): void;
  close(): void;
  read(options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export function openSimulatedLog(clock: Clock): SimulatedLog {
  const lines: { readonly at: number; readonly text: string }[] = [];
  let closed = false;
  let changed = Promise.withResolvers<void>();
  const wake = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  async function* read(options: LogOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { tailLines, sinceSeconds, timestamps, follow, limitBytes = Number.POSITIVE_INFINITY } = options;
    const since = sinceSeconds === undefined ? Number.NEGATIVE_INFINITY : clock.now() - sinceSeconds * 1000;
    let next = tailLines === undefined ? 0 : Math.max(0, lines.length - tailLines);
    let left = limitBytes;
    signal.addEventListener("abort", wake, { once: true });
    for (;;) {
      const news = changed.promise;
      for (; next < lines.length; next += 1) {
        const line = lines[next];
        if (line === undefined || line.at < since) continue;
        const time = timestamps === true ? `${new Date(line.at).toISOString().replace("Z", "000000Z")} ` : "";
        const bytes = Buffer.from(`${time}${line.text}\n`).subarray(0, left);
        yield bytes;
        left -= bytes.length;
        if (left <= 0) return;
      }
      if (follow !== true || closed || signal.aborted) return;
      await news;
    }
  }

  return {
    print(line) {
      lines.push({ at: clock.now(), text: line });
      wake();
    },
    close() {
      closed = true;
      wake();
    },
    read,
  };
}
