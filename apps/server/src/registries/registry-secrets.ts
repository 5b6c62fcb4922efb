import type { Registries } from "@fairway/catalog";
import { pullSecret } from "@fairway/manifests";
import type { NamespaceSecrets } from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import type { RegistryFiles } from "./registry-files.ts";

/** The pull secrets that rollouts bring to registered clusters; embedded ones pull nothing. */
export function registrySecrets(
  pool: Pick<ClusterPool, "get">,
  registries: Registries,
  files: Pick<RegistryFiles, "read">,
): NamespaceSecrets {
  return {
    async secretsFor({ environment, cluster, service, namespace }) {
      if (pool.get(cluster)?.record.embedded !== false) return [];
      const registry = await registries.of(environment);
      const config = registry === undefined ? undefined : (await files.read(registry)).pullDockerConfig;
      if (config === undefined) return [];
      return [pullSecret({ service, environment, namespace }, Buffer.from(config).toString("base64"))];
    },
  };
}
