import type { Drains, ReleaseRecord, ReleaseStore } from "@fairway/catalog";
import { type KubernetesObject, parseObject } from "@fairway/objects";
import type { Releases, StoredRelease, Traffic } from "@fairway/rollout";
import { keepNewest } from "../keep-newest.ts";
import { deploySettings } from "./deploy-settings.ts";

/** Releases that were read and are kept: what the engine needs of one never changes. Each takes some 50 KB for a cluster. */
const mostRead = 100;

/** The stored releases as the engine needs them. */
export function engineReleases(releases: Pick<ReleaseStore, "get" | "kept">): Releases {
  const read = new Map<string, StoredRelease>();
  const get = async (name: string): Promise<StoredRelease | undefined> => {
    const before = read.get(name);
    if (before !== undefined) return before;
    const release = await releases.get(name);
    if (release === undefined) return undefined;
    const found = readRelease(release);
    keepNewest(read, name, found, mostRead);
    return found;
  };
  return {
    get,
    async kept(service, environment) {
      const kept = await Promise.all((await releases.kept(service, environment)).map(get));
      return kept.filter((release) => release !== undefined);
    },
  };
}

function readRelease(release: ReleaseRecord): StoredRelease {
  const deploy = deploySettings(release.inputs);
  const { name, service, environment, namespace, sameAs, migration } = release;
  const objects = Object.entries(release.objects).map(([cluster, all]) => [cluster, all.map(readObject)] as const);
  return {
    ...{ name, service, environment, namespace, objects: Object.fromEntries(objects) },
    ...(sameAs === undefined ? {} : { sameAs }),
    ...(deploy === undefined ? {} : { deploy }),
    ...(migration === undefined ? {} : { migration: { ...migration, job: readObject(migration.job) } }),
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
