import type { EngineName, ProfileSettings, ServiceSpec } from "@fairway/spec";

/**
 * The reference of the image that a service's own image stands on: `[build] base`, else what the environment's registry
 * names for the engine, else what the profile does. Undefined when nobody names one.
 *
 * @param registry References by engine, which may have `{version}` too.
 */
export function baseImage(
  spec: Pick<ServiceSpec, "engine" | "build">,
  registry: Readonly<Partial<Record<EngineName, string>>>,
  profile: Pick<ProfileSettings, "bases">,
): string | undefined {
  const { name, version } = spec.engine;
  const byDefault = profile.bases[name];
  const image = spec.build.base ?? registry[name] ?? byDefault?.image;
  return image?.replaceAll("{version}", version ?? byDefault?.version ?? "latest");
}
