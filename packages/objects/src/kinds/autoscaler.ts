import type { KubernetesObject } from "../object.ts";
import type { Condition } from "./pod.ts";

export interface ResourceMetric {
  readonly type: "Resource";
  readonly resource: {
    readonly name: string;
    readonly target: {
      readonly type: "Utilization" | "AverageValue";
      /** Percent of the pods' requests. */
      readonly averageUtilization?: number;
      readonly averageValue?: string;
    };
  };
}

/** How fast one direction may go. Times in seconds. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: "Max" | "Min" | "Disabled";
  readonly policies?: readonly {
    readonly type: "Pods" | "Percent";
    readonly value: number;
    readonly periodSeconds: number;
  }[];
}

/** Keeps the replicas of a workload within bounds, by what its pods use. */
export interface HorizontalPodAutoscaler extends KubernetesObject {
  readonly apiVersion: "autoscaling/v2";
  readonly kind: "HorizontalPodAutoscaler";
  readonly spec?: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    /** Other types than Resource exist; Fairway renders none. */
    readonly metrics?: readonly ResourceMetric[];
    readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    /** RFC 3339. */
    readonly lastScaleTime?: string;
    /** In the order of `spec.metrics`; null while nothing is known. */
    readonly currentMetrics?:
      | readonly {
          readonly type: string;
          readonly resource?: {
            readonly name: string;
            readonly current: { readonly averageUtilization?: number; readonly averageValue?: string };
          };
        }[]
      | null;
    readonly conditions?: readonly Condition[];
  };
}
