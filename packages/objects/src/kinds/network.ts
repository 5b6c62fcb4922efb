import type { KubernetesObject, ObjectRef } from "../object.ts";
import type { Condition, IntOrString } from "./pod.ts";

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: IntOrString;
  readonly protocol?: string;
  readonly appProtocol?: string;
  readonly nodePort?: number;
}

export interface Service extends KubernetesObject {
  readonly apiVersion: "v1";
  readonly kind: "Service";
  readonly spec?: {
    readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalName?: string;
    readonly publishNotReadyAddresses?: boolean;
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
    readonly conditions?: readonly Condition[];
  };
}

export interface Endpoint {
  readonly addresses: readonly string[];
  /** A missing `ready` counts as ready, a missing `serving` as `ready`, a missing `terminating` as false. */
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly targetRef?: Partial<ObjectRef> & { readonly uid?: string };
}

/** Endpoints of one Service that share one set of ports; its Service is named by label `kubernetes.io/service-name`. */
export interface EndpointSlice extends KubernetesObject {
  readonly apiVersion: "discovery.k8s.io/v1";
  readonly kind: "EndpointSlice";
  readonly addressType?: "IPv4" | "IPv6" | "FQDN";
  readonly endpoints?: readonly Endpoint[];
  readonly ports?: readonly {
    readonly name?: string;
    readonly port?: number;
    readonly protocol?: string;
    readonly appProtocol?: string;
  }[];
}
