import type { Pod } from "@fairway/objects";
import type { ContainerRequest } from "../agent/container-runtime.ts";
import type { ContainerRun, ImagePull } from "../agent/simulated/simulated-runtime.ts";

/**
 * How containers behave, as data. It counts for those that fit everything which `of` says; of several scripts the last one
 * that fits. What no script fits starts at once, is ready at once and runs until it is stopped; in a Job it ends well after a second.
 */
export interface ContainerScript {
  readonly of?: {
    readonly image?: string;
    readonly container?: string;
    readonly namespace?: string;
    /** The pod's label `fairway.dev/release`. */
    readonly release?: string;
    readonly node?: string;
  };
  /** Of the image; the first node that has it keeps it. */
  readonly pull?: ImagePull;
  /** The first start, the second, ...; the last one again and again. */
  readonly runs?: readonly ContainerRun[];
}

/** The ones that tests and faults speak of. */
export const behaviours = {
  ready: (afterMilliseconds = 0): readonly ContainerRun[] => [{ readyAfter: afterMilliseconds }],
  neverReady: (): readonly ContainerRun[] => [{ readyAfter: "never" }],
  crash: (exitCode = 1, log = "", afterMilliseconds = 400): readonly ContainerRun[] => [
    crashing(exitCode, log, afterMilliseconds),
  ],
  crashOnce: (exitCode = 1, log = "", afterMilliseconds = 400): readonly ContainerRun[] => [
    crashing(exitCode, log, afterMilliseconds),
    {},
  ],
  outOfMemory: (afterMilliseconds = 400): readonly ContainerRun[] => [
    { readyAfter: "never", exitAfter: afterMilliseconds, outOfMemory: true },
  ],
  /** Ready for a while, then its probes fail. */
  failingProbes: (afterMilliseconds: number): readonly ContainerRun[] => [{ unreadyAfter: afterMilliseconds }],
  slowStop: (milliseconds: number | "never"): readonly ContainerRun[] => [{ stopsAfter: milliseconds }],
  /** Of a Job's container. */
  job: (exitCode: number, log = "", afterMilliseconds = 1_000): readonly ContainerRun[] => [
    { exitAfter: afterMilliseconds, exitCode, prints: linesOf(log) },
  ],
} as const;

function crashing(exitCode: number, log: string, exitAfter: number): ContainerRun {
  return { readyAfter: "never", exitAfter, exitCode, prints: linesOf(log) };
}

function linesOf(log: string): NonNullable<ContainerRun["prints"]> {
  return log === "" ? [] : log.split("\n").map((line) => ({ line }));
}

/** What the containers of an image do when they are pulled on a node. */
export function pullOf(scripts: readonly ContainerScript[], image: string, node: string): ImagePull {
  const script = scripts.findLast(
    ({ of = {}, pull }) => pull !== undefined && (of.image ?? image) === image && (of.node ?? node) === node,
  );
  return script?.pull ?? {};
}

/** What one start of a container does. */
export function runOf(
  scripts: readonly ContainerScript[],
  request: ContainerRequest,
  pod: Pod | undefined,
  node: string,
): ContainerRun {
  const release = pod?.metadata.labels?.["fairway.dev/release"];
  const script = scripts.findLast(
    ({ of = {}, runs }) =>
      runs !== undefined &&
      (of.image ?? request.image) === request.image &&
      (of.container ?? request.container) === request.container &&
      (of.namespace ?? request.pod.namespace) === request.pod.namespace &&
      (of.release === undefined || of.release === release) &&
      (of.node ?? node) === node,
  );
  const runs = script?.runs ?? [];
  const isOfJob = pod?.metadata.ownerReferences?.some(({ kind }) => kind === "Job") ?? false;
  return runs[request.attempt] ?? runs.at(-1) ?? (isOfJob ? { exitAfter: 1_000, exitCode: 0 } : {});
}
