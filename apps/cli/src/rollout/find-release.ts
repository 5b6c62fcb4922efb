import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";

/** The full name of a release, from any beginning of it that fits one only, as in git. */
export async function findRelease(
  connected: Connected,
  service: string,
  environment: string | undefined,
  beginning: string,
): Promise<string> {
  const { items } = await connected.client.listReleases({ params: { service }, query: { environment } });
  const found = items.filter(({ name }) => name.startsWith(beginning.toLowerCase()));
  const [only, ...others] = found;
  if (only === undefined)
    throw new CommandFailure("release-unknown", `${service} has no release ${beginning}.`, {
      exitCode: exitCode.usage,
      advice: `fairway releases ${service}`,
    });
  if (others.length > 0)
    throw new CommandFailure("release-ambiguous", `More than one release begins with ${beginning}.`, {
      exitCode: exitCode.usage,
      advice: `one of: ${found.map(({ name }) => name).join(", ")}`,
    });
  return only.name;
}
