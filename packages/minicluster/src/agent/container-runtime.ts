import type { Probe } from "@fairway/objects";
import type { VolumeContent } from "./volumes/volume-content.ts";

/**
 * What runs containers, the seam under the node agent: `process` starts operating system processes, `simulated` plays scripts on a virtual
 * clock. Everything that people see of a pod (status, events, back-off, probes' thresholds) is above it and the same for both.
 */
export interface ContainerRuntime {
  /** `name://version` for the Node object. */
  readonly version: string;
  /** Whether the image needs no pull. */
  isPresent(image: string): boolean;
  /** Makes an image ready to start. Rejects with `ImageError`. */
  pull(image: string, signal: AbortSignal): Promise<PulledImage>;
  /** Starts one container. Rejects with `StartError`. */
  start(request: ContainerRequest): Promise<RunningContainer>;
  /** Makes a pod's volume what it shall be; called before containers start that mount it, and again when it changes. */
  writeVolume(pod: PodIdentity, volume: string, content: VolumeContent): void;
  /** Forgets a pod: its folder, volumes and logs. */
  removePod(pod: PodIdentity): Promise<void>;
}

export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface PulledImage {
  /** What the status shows as `imageID`. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

export interface ContainerRequest {
  readonly pod: PodIdentity;
  readonly container: string;
  /** The container's `restartCount`: 0 for the first start. */
  readonly attempt: number;
  readonly image: string;
  /** `command` followed by `args`. */
  readonly command: readonly string[];
  /** As in the pod; relative to the image's folder. */
  readonly workingDir: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** The container declares a port: it gets one of its own, told to it as `$PORT`. */
  readonly wantsPort: boolean;
  readonly mounts: readonly ContainerMount[];
  /** Bytes; beyond it the container is killed and says `OOMKilled`. */
  readonly memoryLimit: number | undefined;
}

/** Where in a container a volume is found. */
export interface ContainerMount {
  /** Absolute. */
  readonly path: string;
  /** The volume's name. */
  readonly volume: string;
  /** Only this file or folder of the volume. */
  readonly subPath: string | undefined;
}

export interface RunningContainer {
  /** `scheme://id`. */
  readonly id: string;
  /** The port that it got. */
  readonly port: number | undefined;
  /** Resolves once; never rejects. */
  readonly exited: Promise<ContainerExit>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Ports in `action` are resolved numbers. Never rejects. */
  probe(action: ProbeAction, timeoutMilliseconds: number): Promise<ProbeOutcome>;
}

export interface ContainerExit {
  /** 128 + the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}

export type ProbeAction =
  | {
      readonly kind: "http";
      readonly port: number;
      readonly path: string;
      readonly headers: NonNullable<NonNullable<Probe["httpGet"]>["httpHeaders"]>;
    }
  | { readonly kind: "tcp"; readonly port: number }
  | { readonly kind: "exec"; readonly command: readonly string[] };

export interface ProbeOutcome {
  readonly ok: boolean;
  /** What the event says after `Readiness probe failed: `. */
  readonly output: string;
}

/** Why an image cannot be used, in the kubelet's words. */
export class ImageError extends Error {
  readonly reason: "ErrImagePull" | "InvalidImageName";

  constructor(reason: "ErrImagePull" | "InvalidImageName", message: string) {
    super(message);
    this.name = "ImageError";
    this.reason = reason;
  }
}

/** The process could not be started at all, for example because there is no such program. */
export class StartError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "StartError";
  }
}
