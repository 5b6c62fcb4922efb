import type { Registries } from "@fairway/catalog";
import { RegistryError, type SnapshotStore } from "@fairway/images";
import type { Images, MissingImage } from "@fairway/rollout";
import { settingsFor } from "@fairway/spec";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import type { AccessOf, ImageClient } from "../images/image-client.ts";
import type { ReadProfile } from "../profile/current-profile.ts";
import { accessBy, openAccess, type RegistryFiles } from "./registry-files.ts";

/** A rollout waits no longer for a registry, in milliseconds: its nodes may do better. */
const askLimit = 5_000;

/** Whether what a release runs is in the registry of its environment, or among the server's snapshots for embedded clusters. */
export function missingImages(parts: {
  readonly pool: Pick<ClusterPool, "get">;
  readonly registries: Registries;
  readonly files: Pick<RegistryFiles, "read">;
  readonly profile: ReadProfile;
  readonly snapshots: Pick<SnapshotStore, "has">;
  readonly client: Pick<ImageClient, "has">;
}): Images {
  const { pool, registries, files, profile, snapshots, client } = parts;

  const accessIn = async (environment: string, service: string): Promise<AccessOf> => {
    const settings = settingsFor((await profile()).profile, { environment, cluster: undefined, service });
    const registry = await registries.of(environment);
    return registry === undefined ? openAccess(settings) : accessBy(registry, await files.read(registry), settings);
  };

  const unpacked = async (reference: string): Promise<MissingImage | undefined> => {
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
    return digest === undefined || (await snapshots.has(digest)) ? undefined : { reference, state: "absent" };
  };

  return {
    async missing(references, { environment, cluster, service }, signal) {
      const embedded = pool.get(cluster)?.record.embedded !== false;
      const access = embedded ? undefined : await accessIn(environment, service);
      const looked = references.map(async (reference): Promise<MissingImage | undefined> => {
        if (access === undefined) return unpacked(reference);
        try {
          const there = await client.has(reference, { access, signal, deadline: askLimit });
          return there ? undefined : { reference, state: "absent" };
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof RegistryError)) throw error;
          return { reference, state: "unknown", reason: error.message };
        }
      });
      return (await Promise.all(looked)).filter((one) => one !== undefined);
    },
  };
}
