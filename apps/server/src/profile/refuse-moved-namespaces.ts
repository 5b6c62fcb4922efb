import type { Services } from "@fairway/catalog";
import { namespaceOf } from "@fairway/manifests";
import { type Profile, settingsFor } from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";
import type { ActiveReleases } from "../releases/active-releases.ts";

/**
 * Throws `Refusal` for a profile by which services that run would have other namespaces: the old ones would stay, with
 * everything in them, and nothing would look after them.
 *
 * @param from the profile that holds; undefined: this version of the platform cannot read it
 */
export async function refuseMovedNamespaces(
  from: Profile | undefined,
  to: Profile,
  environments: readonly string[],
  stores: { readonly services: Pick<Services, "list">; readonly active: ActiveReleases },
): Promise<void> {
  // The pattern is one for all places.
  const pattern = (of: Profile) => settingsFor(of, { environment: "", cluster: undefined, service: "" }).namespace;
  const [before, after] = [from && pattern(from), pattern(to)];
  if (before === after) return;
  const running = await Promise.all(
    environments.map(async (environment) => {
      const [all, active] = await Promise.all([stores.services.list(environment), stores.active.of(environment)]);
      return all.filter(({ name }) => active[name]?.namespace !== namespaceOf(after, name, environment));
    }),
  );
  const names = [...new Set(running.flat().map(({ name }) => name))].sort();
  if (names.length === 0) return;
  throw new Refusal({
    status: 409,
    code: "profile-namespace-in-use",
    title: `${names.length === 1 ? "1 service has" : `${names.length} services have`} a namespace by ${before === undefined ? "another pattern" : `the pattern ${before}`}`,
    detail: `they would leave it behind for one by ${after}: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", ..." : ""}`,
    hint: `keep the pattern${before === undefined ? " of the stored profile" : `: namespace = "${before}"`}; another one can be set while no service runs (fairway remove)`,
  });
}
