import { bySeverity, type Cause, type Finding } from "./cause.ts";
import { configurationFinding } from "./codes/configuration.ts";
import { crashFinding } from "./codes/crash.ts";
import { deadlineFinding } from "./codes/deadline.ts";
import { imageFinding } from "./codes/image.ts";
import { readinessFinding } from "./codes/readiness.ts";
import { replicaFailureFinding } from "./codes/replica-failure.ts";
import { schedulingFinding } from "./codes/scheduling.ts";
import { startupFinding } from "./codes/startup.ts";
import { groupFindings } from "./group-findings.ts";
import { type Branch, branchesOf, containersOf, type Subject } from "./subject.ts";

export interface Examination {
  /** Worst first; empty while nothing looks wrong. */
  readonly causes: readonly Cause[];
  /** Waiting cannot help: every pod of the release has a fatal cause, or none can be created at all. */
  readonly doomed: boolean;
}

/** What stands first explains what would be found further down, per container. */
const ofContainer = [imageFinding, configurationFinding, crashFinding, startupFinding, readinessFinding] as const;

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
  const byPod = branch.pods.map((pod): readonly Finding[] => {
    const scheduling = schedulingFinding(subject, pod);
    if (scheduling !== undefined) return [scheduling];
    return containersOf(pod)
      .map((view) => ofContainer.map((look) => look(subject, view)).find((finding) => finding !== undefined))
      .filter((finding) => finding !== undefined);
  });
  const refused = replicaFailureFinding(subject, branch);
  const findings = [...(refused === undefined ? [] : [refused]), ...byPod.flat()];
  const deadline = findings.some((one) => one.severity !== "transient") ? undefined : deadlineFinding(subject, branch);
  return {
    findings: (deadline === undefined ? findings : [...findings, deadline]).toSorted(bySeverity),
    doomed:
      branch.pods.length === 0
        ? refused?.severity === "fatal"
        : byPod.every((ofPod) => ofPod.some((one) => one.severity === "fatal")),
  };
}
