import type { ClientRequest, IncomingMessage } from "node:http";

/** A request's body that can be sent again to another endpoint, as long as it fits in memory. */
export interface ReplayBody {
  /** Streams what was read before and then the rest to `sink`, and ends it. Returns the detach. */
  sendTo(sink: ClientRequest): () => void;
  /** Bytes that were given to some endpoint. */
  readonly sent: number;
  /** False once the beginning had to be forgotten. */
  readonly replayable: boolean;
  /** Everything was read from the client. */
  readonly ended: boolean;
}

/**
 * @param limit bytes to keep for another attempt; beyond it the body streams on but cannot be sent again
 */
export function createReplayBody(source: IncomingMessage, limit: number): ReplayBody {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let replayable = true;
  let ended = false;
  let sent = 0;
  source.pause();
  source.once("end", () => {
    ended = true;
  });

  return {
    get sent() {
      return sent;
    },
    get replayable() {
      return replayable;
    },
    get ended() {
      return ended;
    },
    sendTo(sink) {
      let attached = true;
      const resume = (): void => {
        if (attached && !ended) source.resume();
      };
      const onData = (chunk: Buffer): void => {
        if (replayable && keptBytes + chunk.length <= limit) {
          kept.push(chunk);
          keptBytes += chunk.length;
        } else if (replayable) {
          replayable = false;
          kept.length = 0;
        }
        sent += chunk.length;
        if (!sink.write(chunk)) source.pause();
      };
      const onEnd = (): void => {
        sink.end();
      };
      for (const chunk of kept) {
        sent += chunk.length;
        sink.write(chunk);
      }
      sink.on("drain", resume);
      if (ended) sink.end();
      else {
        source.on("data", onData);
        source.once("end", onEnd);
        sink.flushHeaders();
        if (!sink.writableNeedDrain) source.resume();
      }
      return () => {
        attached = false;
        sink.off("drain", resume);
        source.off("data", onData);
        source.off("end", onEnd);
        if (!ended) source.pause();
      };
    },
  };
}
