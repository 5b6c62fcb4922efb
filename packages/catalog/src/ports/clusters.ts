export interface ClusterRecord {
  readonly name: string;
  readonly environment: string;
  readonly embedded: boolean;
  /** File with the credentials, relative to the platform's home. Never the credentials themselves. */
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly addressTemplate: string;
  /** host:port of the cluster's HTTP gateway, for the edge. */
  readonly gateway: string | undefined;
  /** Somebody declared it lost: rollouts go on without it, and it takes no traffic. */
  readonly lost: { readonly by: string; readonly at: string } | undefined;
  /** Somebody is removing it: no service comes to it any more, those that are there leave it one by one, then it is forgotten. */
  readonly retiring: { readonly by: string; readonly at: string } | undefined;
  readonly createdAt: string;
}

export interface Clusters {
  put(cluster: ClusterRecord): Promise<void>;
  get(name: string): Promise<ClusterRecord | undefined>;
  list(): Promise<readonly ClusterRecord[]>;
  remove(name: string): Promise<void>;
}
