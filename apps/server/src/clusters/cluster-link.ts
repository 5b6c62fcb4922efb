import type { ClusterRecord } from "@fairway/catalog";
import type { ClusterStatus, ClusterView } from "@fairway/kube";
import { serviceLabel } from "@fairway/manifests";
import type { Cluster, Observation } from "@fairway/rollout";

/** A cluster whose state is followed. */
export interface ClusterLink {
  readonly cluster: Cluster & Pick<ClusterView, "streamLog">;
  status(): ClusterStatus;
  /** The last that was seen of a namespace; undefined when nothing of ours is in it. */
  namespace(name: string): Observation | undefined;
  close(): void;
}

/** A connection as `@fairway/kube` gives it. */
export type Connection = Cluster & ClusterView & { close(): void };

/** Connects to the cluster of a record. `kubeconfig` is the file's absolute path. Contacts nothing yet. */
export type ConnectCluster = (record: ClusterRecord, kubeconfig: string) => Promise<Connection>;

/**
 * Follows a connection.
 *
 * @param onChange called with the service of which something changed and what is there now, or undefined when the cluster itself did
 */
export function linkCluster(
  connection: Connection,
  onChange: (service: string | undefined, observation?: Observation) => void,
): ClusterLink {
  const namespaces = new Map<string, Observation>();
  const watch = connection.watchCluster({
    observed(observation) {
      const { namespace } = observation;
      // Of what is gone, the name was seen before.
      const service = serviceIn(observation) ?? serviceIn(namespaces.get(namespace)) ?? namespace;
      if (observation.objects.length === 0) namespaces.delete(namespace);
      else namespaces.set(namespace, observation);
      onChange(service, observation);
    },
    status: () => onChange(undefined),
  });
  return {
    cluster: connection,
    status: () => watch.status(),
    namespace: (name) => namespaces.get(name),
    close() {
      watch.stop();
      connection.close();
    },
  };
}

function serviceIn(observation: Observation | undefined): string | undefined {
  for (const { metadata } of observation?.objects ?? []) {
    const service = metadata.labels?.[serviceLabel];
    if (service !== undefined) return service;
  }
  return undefined;
}
