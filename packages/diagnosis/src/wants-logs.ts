import type { Pod } from "@fairway/objects";
import { comesAndGoes } from "./codes/crash.ts";
import { wantsPrevious } from "./last-lines.ts";
import { branchesOf, type ContainerView, containersOf, type Subject } from "./subject.ts";

/** A log that would tell more about a cause. */
export interface WantedLog {
  readonly pod: string;
  readonly container: string;
  /** The run before the current one. */
  readonly previous: boolean;
}

/** How many lines of a log are worth fetching: an error's message stands above its stack trace and what follows that. */
export const wantedLogLines = 60;

/** Equal pods say equal things: one or two are enough. */
const enough = 2;

/** Which logs `diagnose` could use, at most two. */
export function wantsLogs(
  subject: Pick<Subject, "namespace" | "service" | "release" | "objects">,
): readonly WantedLog[] {
  return logsOf(branchesOf(subject).flatMap((branch) => branch.pods));
}

/**
 * Of containers that ended, worst first, then of those that run but are not ready, then of those that are ready between two
 * crashes.
 */
export function logsOf(pods: readonly Pod[]): readonly WantedLog[] {
  const views = pods.flatMap(containersOf);
  const silent = views.filter(({ status, role }) => !status.ready && !(role === "init" && hasDoneItsWork(status)));
  const ended = silent
    .filter(({ status }) => (status.state?.terminated ?? status.lastState?.terminated) !== undefined)
    .toSorted((a, b) => b.status.restartCount - a.status.restartCount);
  const running = silent.filter(({ status }) => status.state?.running !== undefined);
  const flapping = views.filter(({ status }) => comesAndGoes(status));
  return [...new Set([...ended, ...running, ...flapping])].slice(0, enough).map(wanted);
}

function hasDoneItsWork({ state }: ContainerView["status"]): boolean {
  return state?.terminated?.exitCode === 0;
}

function wanted({ pod, status }: ContainerView): WantedLog {
  return { pod: pod.metadata.name, container: status.name, previous: wantsPrevious(status) };
}
