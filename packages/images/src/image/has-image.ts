import { parseImageReference } from "../registry/image-reference.ts";
import { hasManifest } from "../registry/manifests.ts";
import { operation, type RegistryOptions } from "../registry/operation.ts";
import { openSession } from "../registry/session.ts";

/**
 * Whether a registry has the manifest that an image's name stands for. One question (HEAD); nothing is fetched.
 *
 * @param text by digest or tag
 * @throws RegistryError where the registry does not say; the signal's reason
 */
export async function hasImage(text: string, options: RegistryOptions): Promise<boolean> {
  const reference = parseImageReference(text);
  return operation(options, async (running) => {
    const session = openSession(reference, "pull", running);
    try {
      return await hasManifest(session, reference.digest ?? reference.tag ?? "latest");
    } finally {
      session.close();
    }
  });
}
