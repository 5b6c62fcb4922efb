import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RegistryRecord } from "@fairway/catalog";
import { parseImageReference } from "@fairway/images";
import type { ProfileSettings } from "@fairway/spec";
import type { AccessOf } from "../images/image-client.ts";

/** What is secret about a registry, and what goes with it; undefined: there is none. */
export interface RegistryContent {
  /** Docker configuration of the server. */
  readonly dockerConfig: string | undefined;
  /** Docker configuration of clusters' nodes. */
  readonly pullDockerConfig: string | undefined;
  /** PEM. */
  readonly certificateAuthority: string | undefined;
}

const names: Readonly<Record<keyof RegistryContent, string>> = {
  dockerConfig: "docker-config.json",
  pullDockerConfig: "pull-docker-config.json",
  certificateAuthority: "ca.pem",
};

/** Credentials of registries on disk, in `<home>/registries/<name>/`, readable by the owner alone. */
export interface RegistryFiles {
  write(name: string, content: RegistryContent): Promise<void>;
  /** Throws when a file that the record tells of is not there. */
  read(record: RegistryRecord): Promise<RegistryContent>;
  remove(name: string): Promise<void>;
}

export function registryFiles(home: string): RegistryFiles {
  const folder = (name: string) => join(home, "registries", name);
  const keys = ["dockerConfig", "pullDockerConfig", "certificateAuthority"] as const;
  return {
    async write(name, content) {
      await mkdir(folder(name), { recursive: true, mode: 0o700 });
      for (const key of keys) {
        const path = join(folder(name), names[key]);
        const text = content[key];
        if (text === undefined) await rm(path, { force: true });
        else {
          // Whoever reads meanwhile gets the old file or the new one, whole.
          await writeFile(`${path}.new`, text, { mode: 0o600 });
          await rename(`${path}.new`, path);
        }
      }
    },
    async read({ name, files }) {
      const text = async (key: keyof RegistryContent) =>
        files[key] ? readFile(join(folder(name), names[key]), "utf8") : undefined;
      const [dockerConfig, pullDockerConfig, certificateAuthority] = await Promise.all(keys.map(text));
      return { dockerConfig, pullDockerConfig, certificateAuthority };
    },
    async remove(name) {
      await rm(folder(name), { recursive: true, force: true });
    },
  };
}

/** The host of a prefix or reference that has one: `registry.example.com:5000`. */
export function hostOf(prefix: string): string {
  return prefix.split("/")[0] ?? "";
}

const registryOf = (reference: string) => parseImageReference(reference.replaceAll("{version}", "0")).registry;
const usualBases = ({ bases }: Pick<ProfileSettings, "bases">) =>
  Object.values(bases).map(({ image }) => registryOf(image));

/** How registries are reached for an environment that has none of its own. */
export function openAccess(profile: Pick<ProfileSettings, "bases">): AccessOf {
  const named = new Set(usualBases(profile));
  return (host) => (named.has(host) ? {} : { publicOnly: true });
}

/**
 * How registries are reached for an environment. Its certificates are trusted elsewhere too: behind one there often is another one.
 * `app.toml` may name any image; what lies in this machine and its network is only asked where the platform's owner named the host.
 */
export function accessBy(
  { prefix, plainHttp, bases }: Pick<RegistryRecord, "prefix" | "plainHttp" | "bases">,
  { dockerConfig, certificateAuthority }: Omit<RegistryContent, "pullDockerConfig">,
  profile: Pick<ProfileSettings, "bases">,
): AccessOf {
  const named = new Set([hostOf(prefix), ...usualBases(profile), ...Object.values(bases).map(registryOf)]);
  return (host) => ({
    ...(named.has(host) ? {} : { publicOnly: true }),
    ...(dockerConfig === undefined ? {} : { dockerConfig }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(plainHttp && host === hostOf(prefix) ? { plainHttp } : {}),
  });
}
