import type { Drains, ReleaseStore } from "@fairway/catalog";
import { type KubernetesObject, parseObject } from "@fairway/objects";
import type { Releases, Traffic } from "@fairway/rollout";
import { deploySettings } from "./deploy-settings.ts";

/** The stored releases as the engine needs them. */
export function engineReleases(releases: ReleaseStore): Releases {
  return {
    async get(name) {
      const release = await releases.get(name);
      if (release === undefined) return undefined;
      const deploy = deploySettings(release.inputs);
      const { sameAs, migration } = release;
      return {
        name: release.name,
        service: release.service,
        environment: release.environment,
        namespace: release.namespace,
        objects: Object.fromEntries(
          Object.entries(release.objects).map(([cluster, objects]) => [cluster, objects.map(readObject)]),
        ),
        ...(sameAs === undefined ? {} : { sameAs }),
        ...(deploy === undefined ? {} : { deploy }),
        ...(migration === undefined ? {} : { migration: { ...migration, job: readObject(migration.job) } }),
      };
    },
    kept: (service, environment) => releases.kept(service, environment),
  };
}

function readObject(value: unknown): KubernetesObject {
  const parsed = parseObject(value);
  if (parsed.ok) return parsed.object;
  throw new Error(`a stored object is damaged: ${JSON.stringify(parsed.issue)}`);
}

/** @param onChange called when a cluster begins or ends to take no traffic */
export function engineTraffic(drains: Drains, onChange: (environment: string, service: string) => void): Traffic {
  return {
    async drain(environment, service, cluster) {
      await drains.add(environment, service, cluster);
      onChange(environment, service);
    },
    async restore(environment, service, cluster) {
      await drains.remove(environment, service, cluster);
      onChange(environment, service);
    },
  };
}
