import type { OutgoingEvent } from "../http/handler.ts";
import type { ChangeSignal } from "./change-signal.ts";

/** Changes within this time are told together, in milliseconds. */
const quietFor = 100;

/** A whole state after each of its changes, until it is over or nobody listens any more. */
export async function* followState<State>(
  read: () => Promise<State>,
  isOver: (state: State) => boolean,
  changes: Pick<ChangeSignal<string>, "subscribe">,
  environment: string,
  signal: AbortSignal,
): AsyncGenerator<OutgoingEvent<State>> {
  // Taken before the first reading, so that nothing between reading and waiting is missed.
  const changed = changes.subscribe((which) => which === environment, signal);
  let last = "";
  for (;;) {
    const data = await read();
    const text = JSON.stringify(data);
    if (text !== last) yield { data };
    last = text;
    if (signal.aborted || isOver(data)) return;
    await changed.next(quietFor);
  }
}
