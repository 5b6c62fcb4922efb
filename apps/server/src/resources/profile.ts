import type { Profile as ProfileView } from "@fairway/api";
import type { ProfileRecord, Profiles } from "@fairway/catalog";
import { type Profile, parseProfile } from "@fairway/spec";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { environments, requireEnvironment } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { builtinCurrent, type ReadProfile } from "../profile/current-profile.ts";
import { type PreviewStores, previewProfile } from "../profile/preview-profile.ts";
import { refuseMovedNamespaces } from "../profile/refuse-moved-namespaces.ts";
import type { ReleaseStores } from "../releases/create-release.ts";

export interface ProfileParts extends Pick<ReleaseStores, "services" | "active" | "now"> {
  readonly pool: ClusterPool;
  readonly profiles: Profiles;
  readonly profile: ReadProfile;
  readonly releases: PreviewStores["releases"];
  /** No release or rollout begins while namespaces are decided. */
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
}

type ProfileRoutes = "getProfile" | "listProfileVersions" | "getProfileVersion" | "putProfile" | "previewProfile";

const mostListed = 100;

/** The platform owner's profile: what holds, its past, and what another one would change. */
export function profileHandlers(parts: ProfileParts): Pick<Handlers, ProfileRoutes> {
  const { pool, profiles } = parts;
  const names = () => environments(pool).map(({ name }) => name);
  /** The one that holds; undefined: it cannot be read. */
  const current = async (): Promise<Profile | undefined> => {
    const newest = await profiles.newest();
    if (newest === undefined) return builtinCurrent.profile;
    const parsed = parseProfile(newest.text);
    return parsed.ok ? parsed.value : undefined;
  };
  return {
    getProfile: async () => {
      const newest = await profiles.newest();
      return newest === undefined ? { version: 0, text: builtinCurrent.text } : profileView(newest);
    },
    listProfileVersions: async () => ({ items: [...(await profiles.list(mostListed))] }),
    getProfileVersion: async ({ params }) => {
      const record = await profiles.get(params.version);
      if (record === undefined) {
        throw notFound(`there is no version ${params.version} of the profile`, "see them all: fairway profile history");
      }
      return profileView(record);
    },
    putProfile: ({ body, caller }) =>
      parts.exclusively(async () => {
        const next = requireValid(body.text);
        await refuseMovedNamespaces(await current(), next, names(), parts);
        const createdAt = new Date(parts.now()).toISOString();
        const record = await profiles.append({ text: body.text, actor: caller.actor, createdAt }, body.after);
        if (record !== undefined) return profileView(record);
        const newest = await profiles.newest();
        throw new Refusal({
          status: 409,
          code: "profile-changed",
          title: "Somebody else changed the profile meanwhile",
          detail: `version ${newest?.version ?? 0} holds${newest === undefined ? "" : `, by ${newest.actor}`}; this one was made from version ${body.after}`,
          hint: "look at theirs (fairway profile), then set yours again",
        });
      }),
    previewProfile: async ({ body, signal }) => {
      const chosen = body.environment === undefined ? environments(pool) : [requireEnvironment(pool, body.environment)];
      const profile = body.text === undefined ? (await parts.profile()).profile : requireValid(body.text);
      await refuseMovedNamespaces(await current(), profile, names(), parts);
      return events(previewProfile({ profile, environments: chosen, environmentNames: names(), signal }, parts));
    },
  };
}

async function* events<Data>(source: AsyncIterable<Data>): AsyncGenerator<{ readonly data: Data }> {
  for await (const data of source) yield { data };
}

function profileView({ version, text, actor, createdAt }: ProfileRecord): ProfileView {
  return { version, text, actor, createdAt };
}

function requireValid(text: string): Profile {
  const parsed = parseProfile(text);
  if (parsed.ok) return parsed.value;
  throw new Refusal({
    status: 422,
    code: "profile-not-valid",
    title: "The profile is not valid",
    detail: parsed.issues.length === 1 ? "1 problem" : `${parsed.issues.length} problems`,
    hint: "fairway profile check shows each with its place",
    issues: parsed.issues.map((issue) => ({ ...issue, file: "profile.toml" })),
  });
}
