import { isFinished } from "@fairway/objects";
import { bySeverity, type Cause, type Finding } from "./cause.ts";
import { deadlineFinding } from "./codes/deadline.ts";
import { evictedFindings } from "./codes/node.ts";
import { replicaFailureFinding } from "./codes/replica-failure.ts";
import { staleFinding } from "./codes/stale.ts";
import { examinePod } from "./examine-pod.ts";
import { groupFindings } from "./group-findings.ts";
import { type Branch, branchesOf, type Subject } from "./subject.ts";

export interface Examination {
  /** Worst first; empty while nothing looks wrong. */
  readonly causes: readonly Cause[];
  /** Waiting cannot help: every pod of the release has a fatal cause, or none can be created at all. */
  readonly doomed: boolean;
}

/**
 * Why a service does not work in one cluster, and whether waiting can help. Pure; says nothing about the objects of
 * releases other than the one asked for.
 */
export function examine(subject: Subject): Examination {
  const branches = branchesOf(subject).map((branch) => examineBranch(subject, branch));
  const found = branches.flatMap((branch) => branch.findings);
  return {
    causes: groupFindings(subject.cluster, found),
    doomed: branches.some((branch) => branch.doomed),
  };
}

/** The causes alone, see `examine`. */
export function diagnose(subject: Subject): readonly Cause[] {
  return examine(subject).causes;
}

function examineBranch(
  subject: Subject,
  branch: Branch,
): { readonly findings: readonly Finding[]; readonly doomed: boolean } {
  const stale = staleFinding(subject, branch);
  // Whatever else can be seen is of before.
  if (stale !== undefined) return { findings: [stale], doomed: false };
  const running = branch.pods.filter((pod) => !isFinished(pod));
  const byPod = running.map((pod) => examinePod(subject, pod));
  const refused = replicaFailureFinding(subject, { ...branch, pods: running });
  const findings = [
    ...(refused === undefined ? [] : [refused]),
    ...byPod.flat(),
    ...evictedFindings(subject, branch.pods),
  ];
  return {
    findings: withDeadline(findings, deadlineFinding(subject, branch)).toSorted(bySeverity),
    doomed:
      running.length === 0
        ? refused?.severity === "fatal"
        : byPod.every((ofPod) => ofPod.some((one) => one.severity === "fatal")),
  };
}

/** A symptom, which stands only where nothing is known. What was normal for now is no longer so when the time is over. */
function withDeadline(findings: readonly Finding[], deadline: Finding | undefined): readonly Finding[] {
  if (deadline === undefined) return findings;
  if (findings.length === 0) return [deadline];
  return findings.map((one) => (one.severity === "transient" ? { ...one, severity: deadline.severity } : one));
}
