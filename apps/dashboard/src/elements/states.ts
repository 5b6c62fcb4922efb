import type {
  ClusterSummary,
  Fleet,
  FleetDetail,
  Pod,
  phaseInCluster,
  RolloutSummary,
  ServiceSummary,
} from "@fairway/api";
import type { z } from "zod";
import type { Shape, Tone } from "./mark.tsx";

/** A state as people see it: the same word, shape and tone on every page. */
export interface Appearance {
  readonly word: string;
  readonly shape: Shape;
  readonly tone: Tone;
}

export type Health = ServiceSummary["health"];
export const healths: readonly Health[] = ["down", "degraded", "progressing", "unknown", "healthy"];

export const healthAppearance: Readonly<Record<Health, Appearance>> = {
  healthy: { word: "Healthy", shape: "check", tone: "ok" },
  progressing: { word: "Progressing", shape: "half", tone: "busy" },
  degraded: { word: "Degraded", shape: "triangle", tone: "warn" },
  down: { word: "Down", shape: "cross", tone: "bad" },
  unknown: { word: "Unknown", shape: "ring", tone: "idle" },
};

export type RolloutStatus = RolloutSummary["status"];
export const rolloutAppearance: Readonly<Record<RolloutStatus, Appearance>> = {
  queued: { word: "Queued", shape: "ring", tone: "idle" },
  running: { word: "Running", shape: "half", tone: "busy" },
  restoring: { word: "Restoring", shape: "back", tone: "warn" },
  succeeded: { word: "Succeeded", shape: "check", tone: "ok" },
  failed: { word: "Failed", shape: "cross", tone: "bad" },
  refused: { word: "Refused", shape: "dash", tone: "warn" },
};

export const fleetAppearance: Readonly<Record<Fleet["status"], Appearance>> = {
  running: { word: "Running", shape: "half", tone: "busy" },
  paused: { word: "Paused", shape: "dash", tone: "warn" },
  halted: { word: "Halted", shape: "cross", tone: "bad" },
  done: { word: "Done", shape: "check", tone: "ok" },
  stopped: { word: "Stopped", shape: "dash", tone: "idle" },
};

export type FleetServiceState = FleetDetail["services"][number]["state"];
export const fleetServiceAppearance: Readonly<Record<FleetServiceState, Appearance>> = {
  failed: { word: "Failed", shape: "cross", tone: "bad" },
  refused: { word: "Refused", shape: "triangle", tone: "warn" },
  rolling: { word: "Rolling out", shape: "half", tone: "busy" },
  waiting: { word: "Waiting", shape: "ring", tone: "idle" },
  done: { word: "Done", shape: "check", tone: "ok" },
  unchanged: { word: "Unchanged", shape: "check", tone: "idle" },
  gone: { word: "Gone", shape: "dash", tone: "idle" },
};

export type PhaseInCluster = z.infer<typeof phaseInCluster>;
export const phaseAppearance: Readonly<Record<PhaseInCluster["status"], Appearance>> = {
  waiting: { word: "Waiting", shape: "ring", tone: "idle" },
  running: { word: "Running", shape: "half", tone: "busy" },
  done: { word: "Done", shape: "check", tone: "ok" },
  failed: { word: "Failed", shape: "cross", tone: "bad" },
  skipped: { word: "Skipped", shape: "dash", tone: "idle" },
};

/** Reasons that mean a container cannot run, however long one waits. */
const brokenReasons = new Set([
  "CrashLoopBackOff",
  "Error",
  "OOMKilled",
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "CreateContainerConfigError",
]);

export function podAppearance(pod: Pod): Appearance {
  if (pod.reason !== undefined && brokenReasons.has(pod.reason))
    return { word: pod.reason, shape: "cross", tone: "bad" };
  if (pod.phase === "Failed") return { word: pod.reason ?? "Failed", shape: "cross", tone: "bad" };
  if (pod.phase === "Terminating") return { word: "Ending", shape: "dash", tone: "idle" };
  if (pod.ready) return { word: "Ready", shape: "check", tone: "ok" };
  if (pod.phase === "Running") return { word: "Not ready", shape: "half", tone: "busy" };
  return { word: pod.reason ?? pod.phase, shape: "ring", tone: "idle" };
}

export function clusterAppearance(cluster: ClusterSummary): Appearance {
  if (cluster.stopped) return { word: "Stopped", shape: "dash", tone: "idle" };
  if (!cluster.reachable) return { word: "Unreachable", shape: "cross", tone: "bad" };
  if (cluster.retiring !== undefined) return { word: "Retiring", shape: "dash", tone: "idle" };
  if (cluster.trouble !== undefined) return { word: "Limited", shape: "triangle", tone: "warn" };
  return { word: "Reachable", shape: "check", tone: "ok" };
}
