import { checkPush, pushSnapshotImage, type RegistryProgress, resolveImage } from "@fairway/images";
import type { ImageClient, ImagePush } from "./image-client.ts";

/**
 * Registries over the network.
 *
 * @param layerCache Folder that is kept between pushes.
 */
export function registryClient(layerCache: string): ImageClient {
  return {
    async resolve(reference, call) {
      const { reference: resolved, bytes } = await resolveImage(reference, call);
      return { reference: resolved, bytes };
    },
    push: ({ command, args, onProgress, ...push }) =>
      pushSnapshotImage({
        ...push,
        layerCache,
        ...(command === undefined ? {} : { command }),
        ...(args.length === 0 ? {} : { args }),
        onProgress: progressOf(onProgress),
      }),
    mayPush: (repository, call) => checkPush(repository, call),
  };
}

/** All layers as one figure: of layers that the registry has nothing is sent. */
function progressOf(tell: ImagePush["onProgress"]): (progress: RegistryProgress) => void {
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
