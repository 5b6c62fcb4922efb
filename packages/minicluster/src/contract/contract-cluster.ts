import type { KubernetesClient } from "./kubernetes-client.ts";

/** A running cluster with its controllers and one node that runs pods: ours, or a real one. */
export interface ContractCluster {
  /** Path of a kubeconfig file of somebody who may do everything. */
  readonly kubeconfigPath: string;
  /** Requests as that person. */
  readonly client: KubernetesClient;
  /** Reference of an image that has `node` (24) on its PATH and which every node can run; the user is not root. */
  readonly image: string;
  /** Reference of an image that no registry has. */
  readonly absentImage: string;
  /**
   * Whether a case that failed is tried once more in a fresh namespace, and says so. A real cluster's controllers work from
   * caches of their own, so that on a busy machine a rare order of events may come that no case has thought of.
   */
  readonly givesSecondTry?: boolean;
  /** The cluster's time, in milliseconds since the epoch, where it is not the machine's. */
  readonly now?: () => number;
  /** Every kubectl to try, of different minor versions. */
  readonly kubectls: readonly { readonly version: string; readonly path: string }[];
  /** Makes the API server forget what its objects were long ago; what they are stays. It may be away for a moment. */
  forgetOldVersions(): Promise<void>;
}

/** Registers a case. Each gets a namespace of its own, in which pods may be made, and which is deleted afterwards. */
export type Register = (
  title: string,
  body: (cluster: ContractCluster, namespace: string) => Promise<void>,
  options?: { readonly timeoutMilliseconds?: number },
) => void;
