import type { ReleaseRecord, ReleaseStore, RolloutIndex } from "@fairway/catalog";
import { type FieldIssue, placesInAppToml } from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";
import { edgeHost } from "../resources/edge.ts";
import { publicAddresses } from "../services/public-addresses.ts";
import type { ActiveReleases } from "./active-releases.ts";
import type { ReadSource } from "./read-source.ts";

const hint = "take another host or path, or take it from that service first";

/** Throws `Refusal` for a public host and path that another service of the environment has already. */
export async function refuseTakenAddresses(
  { spec, source }: Pick<ReadSource, "spec" | "source">,
  environment: string,
  active: ActiveReleases,
): Promise<void> {
  if (spec.public.length === 0) return;
  const owners = ownersOf(Object.values(await active.of(environment)), spec.name);
  const taken = spec.public.flatMap(({ host, path }, index): readonly FieldIssue[] => {
    const owner = owners.get(keyOf(host, path));
    if (owner === undefined) return [];
    const message = `${host}${path} belongs to the service ${owner}`;
    return [{ code: "address-taken", message, hint, path: ["public", index, "host"] }];
  });
  const [first] = taken;
  if (first === undefined) return;
  throw new Refusal({
    status: 422,
    code: "address-taken",
    title: `${spec.name} wants an address that another service of ${environment} has`,
    detail: first.message,
    hint,
    issues: [...placesInAppToml(source.appToml, environment, taken)],
  });
}

/**
 * Throws `Refusal` for a release that would open a host and path which another service has, or is about to have: what was
 * free when the release was made may be taken when it is rolled out. Ask it while no other rollout can begin.
 */
export async function refuseAddressesTakenSince(
  release: ReleaseRecord,
  stores: {
    readonly active: ActiveReleases;
    readonly index: Pick<RolloutIndex, "latest">;
    readonly releases: Pick<ReleaseStore, "get">;
  },
): Promise<void> {
  const { service, environment } = release;
  const wanted = addressesOf(release);
  if (wanted.length === 0) return;
  const [active, latest] = await Promise.all([stores.active.of(environment), stores.index.latest(environment)]);
  const coming = await Promise.all(
    Object.values(latest).map(({ service: other, status, to }) =>
      // One that has just succeeded may not be among the active ones yet.
      to === undefined ||
      other === service ||
      !(status === "unfinished" || status === "succeeded") ||
      active[other]?.name === to
        ? undefined
        : stores.releases.get(to),
    ),
  );
  const owners = ownersOf([...Object.values(active), ...coming.flatMap((one) => one ?? [])], service);
  const taken = wanted.find(({ host, path }) => owners.has(keyOf(host, path)));
  if (taken === undefined) return;
  const { host, path } = taken;
  throw new Refusal({
    status: 409,
    code: "address-taken",
    title: `${service} wants an address that another service of ${environment} has`,
    detail: `${host}${path} belongs to the service ${owners.get(keyOf(host, path))}`,
    hint,
  });
}

/** By host and path, the edge's own name of each service with them. */
function ownersOf(releases: readonly ReleaseRecord[], but: string): ReadonlyMap<string, string> {
  return new Map(
    releases
      .filter(({ service }) => service !== but)
      .flatMap((release) =>
        [{ host: edgeHost(release.service), path: "/" }, ...addressesOf(release)].map(
          ({ host, path }) => [keyOf(host, path), release.service] as const,
        ),
      ),
  );
}

/** By its objects, since patches may open others than app.toml names. */
function addressesOf({ objects }: ReleaseRecord) {
  return publicAddresses(Object.values(objects).flat());
}

/** `/a` and `/a/` have the same paths below them. */
function keyOf(host: string, path: string): string {
  return `${host}${path.replace(/\/+$/, "")}`;
}
