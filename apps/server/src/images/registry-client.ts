import { checkPush, hasImage, pushSnapshotImage, resolveImage } from "@fairway/images";
import type { ImageClient } from "./image-client.ts";
import { pushProgress } from "./push-progress.ts";

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
    has: (reference, call) => hasImage(reference, call),
    push: ({ command, args, onProgress, ...push }) =>
      pushSnapshotImage({
        ...push,
        layerCache,
        ...(command === undefined ? {} : { command }),
        ...(args.length === 0 ? {} : { args }),
        onProgress: pushProgress(onProgress),
      }),
    mayPush: (repository, call) => checkPush(repository, call),
  };
}
