import { parseImageReference } from "./image-reference.ts";
import { operation, type RegistryOptions } from "./operation.ts";
import { nextAddress } from "./registry-address.ts";
import { openSession } from "./session.ts";

/**
 * Proves that the registry answers and lets us push to a repository: an upload is begun and given up. Nothing is sent.
 *
 * @param repository `registry/prefix/service`, without a tag
 * @throws RegistryError that says what is missing; the signal's reason
 */
export async function checkPush(repository: string, options: RegistryOptions): Promise<void> {
  const target = parseImageReference(repository);
  await operation(options, async (running) => {
    const session = openSession(target, "pull,push", running);
    try {
      const doing = "asking for the right to push";
      const { headers, url } = await session.sendAgain({ doing, method: "POST", to: "blobs/uploads/", accept: [202] });
      const upload = headers.location === undefined ? undefined : nextAddress(headers.location, url);
      if (upload === undefined) return;
      // A registry forgets an upload that nobody goes on with; some do not know how to be told.
      await session
        .send({ doing: "giving an upload up", method: "DELETE", to: upload, accept: [200, 202, 204] })
        .catch(() => running.signal.throwIfAborted());
    } finally {
      session.close();
    }
  });
}
