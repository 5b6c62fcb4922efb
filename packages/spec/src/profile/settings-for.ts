import { quantity } from "../formats/quantity.ts";
import { mergeTables } from "../toml/merge-tables.ts";
import { plainValue } from "../toml/tree.ts";
import { builtinProfile } from "./builtin-profile.ts";
import type { Profile } from "./parse-profile.ts";
import type { BaseImage, ProfileSettings } from "./profile-settings.ts";
import type { ProfileLayer } from "./profile-toml.ts";

export interface ProfilePlace {
  readonly environment: string;
  /** Undefined: what holds in the whole environment, before any cluster's own settings. */
  readonly cluster: string | undefined;
  readonly service: string;
}

/** One object for all places that are alike, so that thousands of services share it, and names that anybody asks for cost nothing. */
const known = new WeakMap<Profile, Map<string, ProfileSettings>>();

/** What a profile says for one place: the file, over it its environment, over that its cluster, over that its service. */
export function settingsFor(profile: Profile, { environment, cluster, service }: ProfilePlace): ProfileSettings {
  const overlays = [
    profile.environments.get(environment),
    cluster === undefined ? undefined : profile.clusters.get(cluster),
    profile.services.get(service),
  ];
  // Only places that have an overlay differ from the others.
  const key = [environment, cluster, service].map((name, index) => overlays[index] && name).join("/");
  const places = known.get(profile) ?? new Map<string, ProfileSettings>();
  known.set(profile, places);
  const found = places.get(key);
  if (found !== undefined) return found;
  const merged = overlays.filter((over) => over !== undefined).reduce(mergeTables, profile.base);
  // The same schema checked every layer, and merged they keep its shape.
  const settings = settingsOf(plainValue(merged, ({ value }) => value) as ProfileLayer, profile);
  places.set(key, settings);
  return settings;
}

function settingsOf(layer: ProfileLayer, { rules }: Pick<Profile, "rules">): ProfileSettings {
  const { sizes, limits, quota, bases, images, health, network, kubernetes, access } = layer;
  const byDefault = builtinProfile;
  const size = (name: keyof ProfileSettings["sizes"]) => ({ ...byDefault.sizes[name], ...given(sizes?.[name]) });
  return {
    sizes: { small: size("small"), medium: size("medium"), large: size("large"), xlarge: size("xlarge") },
    limitFactors: { ...byDefault.limitFactors, ...given(limits) },
    quota: {
      cpu: unless(quota?.cpu, byDefault.quota.cpu),
      memory: unless(quota?.memory, byDefault.quota.memory),
      pods: unless(quota?.pods, byDefault.quota.pods),
    },
    bases: basesOf(bases),
    images: {
      warningBytes:
        images?.warning === undefined ? byDefault.images.warningBytes : (quantity(images.warning) ?? Number.MAX_VALUE),
      allowed: images?.allowed ?? byDefault.images.allowed,
    },
    health: {
      live: unless(health?.live, byDefault.health.live),
      ready: unless(health?.ready, byDefault.health.ready),
      startup: unless(health?.startup, byDefault.health.startup),
    },
    metrics: unless(layer.metrics?.url, byDefault.metrics),
    labels: layer.labels ?? byDefault.labels,
    annotations: layer.annotations ?? byDefault.annotations,
    public: publicOf(layer.public ?? {}),
    security: layer.security ?? byDefault.security,
    namespace: layer.namespace ?? byDefault.namespace,
    access: accessOf(access),
    network: { ...byDefault.network, ...given(network) },
    kubernetes: { ...byDefault.kubernetes, ...given(kubernetes) },
    rules,
  };
}

/** `false` takes away what would hold otherwise. */
function unless<Value>(said: Value | false | undefined, otherwise: Value | undefined): Value | undefined {
  return said === undefined ? otherwise : said === false ? undefined : said;
}

type Given<Table> = { readonly [Key in keyof Table]?: Exclude<Table[Key], undefined> };

/** A table without the keys that are undefined, which would hide what they are laid over. */
function given<Table extends object>(table: Table | undefined): Given<Table> {
  return Object.fromEntries(Object.entries(table ?? {}).filter(([, value]) => value !== undefined)) as Given<Table>;
}

function basesOf(bases: ProfileLayer["bases"]): ProfileSettings["bases"] {
  const all: Record<string, BaseImage> = { ...builtinProfile.bases };
  for (const [engine, { image, version }] of Object.entries(given(bases))) {
    const before = all[engine];
    const whole = image ?? before?.image;
    if (whole === undefined) continue;
    all[engine] = { ...before, image: whole, ...given({ version }) };
  }
  return all;
}

function publicOf(said: NonNullable<ProfileLayer["public"]>): ProfileSettings["public"] {
  const byDefault = builtinProfile.public;
  const gateway = said.gateway === undefined || said.gateway === false ? undefined : said.gateway;
  return {
    via: said.via ?? byDefault.via,
    class: unless(said.class, byDefault.class),
    gateway: gateway && { name: gateway.name, namespace: gateway.namespace, section: gateway.section },
    domains: said.domains ?? byDefault.domains,
    certificate: unless(said.certificate, byDefault.certificate),
    annotations: said.annotations ?? byDefault.annotations,
  };
}

function accessOf(access: ProfileLayer["access"]): ProfileSettings["access"] {
  if (access === false) return undefined;
  const byDefault = builtinProfile.access;
  const [role, group] = [access?.role ?? byDefault?.role, access?.group ?? byDefault?.group];
  return role === undefined || group === undefined ? undefined : { role, group };
}
