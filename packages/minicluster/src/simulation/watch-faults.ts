import { toJson } from "../json.ts";
import { expired } from "../status.ts";
import type { Trouble } from "./fault.ts";

type WatchTrouble = Extract<Trouble, { readonly kind: "watch-event" | "watch-cut" | "watch-expired" }>;

export function isWatchTrouble(trouble: Trouble): trouble is WatchTrouble {
  return trouble.kind === "watch-event" || trouble.kind === "watch-cut" || trouble.kind === "watch-expired";
}

/** The lines of a watch with its troubles; bookmarks are not counted as events. Throws where the watch is cut. */
export async function* troubledWatch(
  lines: AsyncIterable<Uint8Array>,
  troubles: readonly WatchTrouble[],
): AsyncGenerator<Uint8Array> {
  let count = 0;
  let late: Uint8Array | undefined;
  for await (const line of lines) {
    const text = Buffer.from(line);
    if (!text.subarray(0, 30).includes('"BOOKMARK"')) count += 1;
    const here = troubles.filter(({ event }) => event === count);
    if (here.some(({ kind }) => kind === "watch-cut")) throw new Error("the connection broke off");
    if (here.some(({ kind }) => kind === "watch-expired")) {
      const { status } = expired("too old resource version");
      yield Buffer.from(`${JSON.stringify({ type: "ERROR", object: toJson(status) })}\n`);
      return;
    }
    const becomes = new Set(here.flatMap((one) => (one.kind === "watch-event" ? [one.becomes] : [])));
    if (becomes.has("dropped")) continue;
    if (becomes.has("late") && late === undefined) {
      late = line;
      continue;
    }
    yield line;
    if (becomes.has("repeated")) yield line;
    if (late !== undefined) yield late;
    late = undefined;
  }
  if (late !== undefined) yield late;
}
