import type { Handlers } from "../http/handler.ts";
import type { LiveEvents } from "../live/live-events.ts";

/** What changed, for pages that are open. */
export function eventHandlers(live: LiveEvents): Pick<Handlers, "events"> {
  return { events: ({ lastEventId, signal }) => live.subscribe(lastEventId, signal) };
}
