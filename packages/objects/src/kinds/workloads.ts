import type { KubernetesObject, ObjectMeta } from "../object.ts";
import type { Condition, IntOrString, LabelSelector, PodTemplateSpec } from "./pod.ts";

export interface DeploymentSpec {
  readonly replicas?: number;
  /** Cannot be changed after creation. */
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly strategy?: {
    readonly type?: "RollingUpdate" | "Recreate";
    readonly rollingUpdate?: { readonly maxUnavailable?: IntOrString; readonly maxSurge?: IntOrString };
  };
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly progressDeadlineSeconds?: number;
  readonly paused?: boolean;
}

/** The API omits counters that are 0. */
export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly Condition[];
}

export interface Deployment extends KubernetesObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "Deployment";
  readonly spec?: DeploymentSpec;
  readonly status?: DeploymentStatus;
}

export interface ReplicaSet extends KubernetesObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "ReplicaSet";
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector: LabelSelector;
    readonly template?: PodTemplateSpec;
  };
  readonly status?: {
    readonly replicas?: number;
    readonly fullyLabeledReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly terminatingReplicas?: number;
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}

/** Fairway renders none; its type is here because diagnosis reads what others have put beside a service. */
export interface StatefulSet extends KubernetesObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "StatefulSet";
  readonly spec?: {
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly conditions?: readonly Condition[];
  };
}

/** Times in seconds. */
export interface JobSpec {
  readonly template: PodTemplateSpec;
  readonly parallelism?: number;
  readonly completions?: number;
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend?: boolean;
  readonly podReplacementPolicy?: "TerminatingOrFailed" | "Failed";
  /** What a pod's end means for the Job; the first rule that fits. */
  readonly podFailurePolicy?: {
    readonly rules: readonly {
      readonly action: "FailJob" | "FailIndex" | "Ignore" | "Count";
      readonly onPodConditions?: readonly { readonly type: string; readonly status?: "True" | "False" | "Unknown" }[];
      readonly onExitCodes?: {
        readonly containerName?: string;
        readonly operator: "In" | "NotIn";
        readonly values: readonly number[];
      };
    }[];
  };
  readonly selector?: LabelSelector;
}

export interface Job extends KubernetesObject {
  readonly apiVersion: "batch/v1";
  readonly kind: "Job";
  readonly spec?: JobSpec;
  readonly status?: {
    readonly active?: number;
    readonly ready?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly Condition[];
  };
}

export interface CronJob extends KubernetesObject {
  readonly apiVersion: "batch/v1";
  readonly kind: "CronJob";
  readonly spec?: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly concurrencyPolicy?: "Allow" | "Forbid" | "Replace";
    /** How late a missed run may still start. */
    readonly startingDeadlineSeconds?: number;
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
    readonly suspend?: boolean;
    readonly jobTemplate: { readonly metadata?: Partial<ObjectMeta>; readonly spec?: JobSpec };
  };
  readonly status?: {
    readonly active?: readonly { readonly kind?: string; readonly name?: string; readonly namespace?: string }[];
    /** RFC 3339. */
    readonly lastScheduleTime?: string;
    /** RFC 3339. */
    readonly lastSuccessfulTime?: string;
  };
}
