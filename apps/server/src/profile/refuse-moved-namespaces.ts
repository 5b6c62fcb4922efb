import type { Services } from "@fairway/catalog";
import type { Profile } from "@fairway/spec";
import { settingsFor } from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";

/**
 * Throws `Refusal` for a profile by which services that run would have other namespaces: the old ones would stay, with
 * everything in them, and nothing would look after them.
 */
export async function refuseMovedNamespaces(
  from: Profile,
  to: Profile,
  environments: readonly string[],
  services: Pick<Services, "list">,
): Promise<void> {
  // The pattern is one for all places.
  const pattern = (of: Profile) => settingsFor(of, { environment: "", cluster: undefined, service: "" }).namespace;
  const [before, after] = [pattern(from), pattern(to)];
  if (before === after) return;
  const running = await Promise.all(environments.map((environment) => services.list(environment)));
  const names = [...new Set(running.flat().map(({ name }) => name))].sort();
  if (names.length === 0) return;
  throw new Refusal({
    status: 409,
    code: "profile-namespace-in-use",
    title: `${names.length === 1 ? "1 service has" : `${names.length} services have`} a namespace by the pattern ${before}`,
    detail: `they would leave it behind for one by ${after}: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", ..." : ""}`,
    hint: `keep the pattern: namespace = "${before}"; another one can be set while no service runs (fairway remove)`,
  });
}
