import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Problem } from "@fairway/api";
import type { OutgoingEvent } from "./handler.ts";

/** A third of the silence after which our client takes a connection for dead. */
const heartbeatEvery = 15_000;

/**
 * Writes server-sent events as long as the source gives them and the client listens. The next event is taken from the
 * source only when the client has taken the last ones, so nothing piles up here. Ends with an event named `end`, or
 * `problem` when the source fails; a client that sees neither connects again.
 */
export async function writeEvents(
  raw: ServerResponse,
  source: AsyncIterable<OutgoingEvent<unknown>>,
  signal: AbortSignal,
  explain: (error: unknown) => Omit<Problem, "type">,
): Promise<void> {
  raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  const heartbeat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(":\n\n");
  }, heartbeatEvery);
  try {
    raw.write(":\n\n");
    for await (const event of source) {
      if (signal.aborted) break;
      const id = event.id === undefined ? "" : `id: ${event.id}\n`;
      if (!raw.write(`${id}data: ${JSON.stringify(event.data)}\n\n`)) await once(raw, "drain", { signal });
    }
    if (!signal.aborted) raw.write("event: end\ndata: {}\n\n");
  } catch (error) {
    if (!signal.aborted) {
      raw.write(`event: problem\ndata: ${JSON.stringify({ type: "about:blank", ...explain(error) })}\n\n`);
    }
  } finally {
    clearInterval(heartbeat);
    if (signal.aborted) raw.destroy();
    else raw.end();
  }
}
