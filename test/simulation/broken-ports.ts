/** Engines with one write or one precondition taken out, as ports that leave it out: for proofs that runs would find it. */
import type { Cluster, JournalRecord, RolloutEvent } from "@fairway/rollout";
import type { EngineHooks } from "@fairway/rollout/testing";

type Through = NonNullable<EngineHooks["through"]>;

/** An engine that goes on as if this entry were written. */
export function withoutEntry(type: RolloutEvent["type"]): Through {
  return {
    journal(journal) {
      /** Entries that the engine believes in, by rollout; a new look at the journal ends that. */
      const believed = new Map<number, number>();
      const stored = (rollout: number, sequence: number): number => sequence - (believed.get(rollout) ?? 0);
      const told = (record: JournalRecord<RolloutEvent>): JournalRecord<RolloutEvent> => ({
        ...record,
        sequence: record.sequence + (believed.get(record.rollout) ?? 0),
      });
      return {
        ...journal,
        async read(rollout, after) {
          if (after === undefined) believed.delete(rollout);
          return journal.read(rollout, after);
        },
        async append(rollout, after, body, lease) {
          if (body.type !== type) return told(await journal.append(rollout, stored(rollout, after), body, lease));
          believed.set(rollout, (believed.get(rollout) ?? 0) + 1);
          return {
            rollout,
            sequence: after + 1,
            epoch: lease.epoch,
            at: new Date(lease.expiresAt).toISOString(),
            body,
          };
        },
        finish: async (rollout, after, ...rest) => told(await journal.finish(rollout, stored(rollout, after), ...rest)),
        close: async (rollout, after, ...rest) => told(await journal.close(rollout, stored(rollout, after), ...rest)),
      };
    },
  };
}

/** Nothing says on which version of an object a write was decided. */
export const withoutPreconditions: Through = {
  cluster: (cluster) =>
    changed(cluster, {
      apply(object, options = {}, signal) {
        const { uid: _, resourceVersion: __, ...rest } = options;
        return cluster.apply(object, rest, signal);
      },
      delete: (ref, _, signal) => cluster.delete(ref, {}, signal),
      replace: (object, signal) => replaceNewest(cluster, object, signal),
    }),
};

/** The inventory is written over whatever somebody else has written. */
export const withoutInventoryVersion: Through = {
  cluster: (cluster) =>
    changed(cluster, {
      replace: (object, signal) =>
        object.metadata.name === "fairway-inventory"
          ? replaceNewest(cluster, object, signal)
          : cluster.replace(object, signal),
    }),
};

/** The inventory is never written after it was made. */
export const withoutInventory: Through = {
  cluster: (cluster) =>
    changed(cluster, {
      replace: async (object, signal) =>
        object.metadata.name === "fairway-inventory" ? object : cluster.replace(object, signal),
    }),
};

/** Nobody can take a lease over. */
export const withEndlessLease: Through = {
  journal: (journal) => ({
    ...journal,
    acquire: (environment, service, owner) => journal.acquire(environment, service, owner, Number.MAX_SAFE_INTEGER / 2),
    renew: async (lease) => lease,
  }),
};

/** Nothing is deleted. */
export const withoutDeletes: Through = {
  cluster: (cluster) => changed(cluster, { delete: async () => undefined }),
};

function changed(cluster: Cluster, methods: Partial<Cluster>): Cluster {
  return { ...cluster, ...methods };
}

async function replaceNewest(
  cluster: Cluster,
  object: Parameters<Cluster["replace"]>[0],
  signal: AbortSignal | undefined,
): ReturnType<Cluster["replace"]> {
  const { apiVersion, kind, metadata } = object;
  const ref = {
    ...{ apiVersion, kind, name: metadata.name },
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  };
  const resourceVersion = (await cluster.get(ref, signal))?.metadata.resourceVersion;
  return cluster.replace(
    resourceVersion === undefined ? object : { ...object, metadata: { ...metadata, resourceVersion } },
    signal,
  );
}
