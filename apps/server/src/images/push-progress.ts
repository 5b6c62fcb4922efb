import type { RegistryProgress } from "@fairway/images";
import type { PushProgress } from "./image-client.ts";

/** Tells what goes on with all layers as one figure, that of bytes which are sent or need not be. */
export function pushProgress(tell: (progress: PushProgress) => void): (progress: RegistryProgress) => void {
  const layers = new Map<string, { readonly done: number; readonly bytes: number }>();
  const told = (what: string) => {
    const all = [...layers.values()];
    const sum = (key: "done" | "bytes") => all.reduce((total, layer) => total + layer[key], 0);
    tell({ what, sent: sum("done"), total: sum("bytes") });
  };
  return (progress) => {
    switch (progress.kind) {
      case "compressing":
        return tell({ what: "compressing the snapshot", sent: progress.done, total: progress.bytes });
      case "waiting":
        return told(`trying again: ${progress.reason}`);
      case "layer": {
        const { digest, bytes, done, state } = progress;
        const isThere = state === "exists" || state === "mounted";
        layers.set(digest, { done: isThere ? bytes : state === "fetching" ? 0 : done, bytes });
        return told(state === "fetching" ? "fetching the base image" : "sending");
      }
    }
  };
}
