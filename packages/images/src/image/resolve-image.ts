import { parseImageReference } from "../registry/image-reference.ts";
import { operation, type RegistryOptions } from "../registry/operation.ts";
import { openSession } from "../registry/session.ts";
import { layerBytes } from "./image-document.ts";
import { loadImage } from "./load-image.ts";

/** What an image's name stands for at this moment. */
export interface ResolvedImage {
  /** `registry/repository@sha256:…`, which always stands for the same image. */
  readonly reference: string;
  /** Of what the name stands for; of the index when it is one for several platforms. */
  readonly digest: string;
  /** The tag that was asked for: `latest` when the name has neither tag nor digest. */
  readonly tag?: string;
  /** All layers for the platform, as they travel. */
  readonly bytes: number;
  readonly mediaType: string;
  /** `linux/amd64`, `linux/arm64/v8`, …: all that there are. */
  readonly platforms: readonly string[];
}

/**
 * Asks the registry what an image's name stands for.
 *
 * @param options.platform that the image must have; `linux/amd64` by default
 * @throws RegistryError; the signal's reason
 */
export async function resolveImage(
  text: string,
  options: RegistryOptions & { readonly platform?: string },
): Promise<ResolvedImage> {
  const reference = parseImageReference(text);
  return operation(options, async (running) => {
    const session = openSession(reference, "pull", running);
    try {
      const image = await loadImage(session, reference, options.platform ?? "linux/amd64");
      const tag = reference.tag ?? (reference.digest === undefined ? "latest" : undefined);
      return {
        reference: `${session.name}@${image.digest}`,
        digest: image.digest,
        ...(tag === undefined ? {} : { tag }),
        bytes: layerBytes(image.manifest),
        mediaType: image.mediaType,
        platforms: image.platforms,
      };
    } finally {
      session.close();
    }
  });
}
