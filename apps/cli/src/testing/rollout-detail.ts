import type { Cause, RolloutDetail } from "@fairway/api";

type InCluster = RolloutDetail["clusters"][number];
type PhaseStatus = InCluster["phases"][string]["status"];

/** When every rollout of these tests begins. */
export const start = Date.parse("2026-01-05T10:00:00Z");
export const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

/** `done 0 0.4`, `running 1`, `failed 1 7.2`, `waiting`: status, seconds of its beginning and of its end; a detail after a colon. */
function phase(text: string): InCluster["phases"][string] {
  const [times = "", ...detail] = text.split(": ");
  const [status, begin, end] = times.split(" ");
  return {
    status: statusOf(status),
    ...(begin === undefined ? {} : { startedAt: at(Number(begin)) }),
    ...(end === undefined ? {} : { endedAt: at(Number(end)) }),
    ...(detail.length === 0 ? {} : { detail: detail.join(": ") }),
  };
}

function statusOf(text: string | undefined): PhaseStatus {
  if (text === "done" || text === "running" || text === "failed" || text === "skipped") return text;
  return "waiting";
}

export function cluster(
  name: string,
  phases: Readonly<Record<string, string>>,
  more: Partial<Omit<InCluster, "restore" | "phases">> & { readonly restored?: string } = {},
): InCluster {
  const { restored, ...rest } = more;
  return {
    name,
    phases: Object.fromEntries(Object.entries(phases).map(([key, text]) => [key, phase(text)])),
    desired: 2,
    ready: 2,
    pods: [],
    converged: true,
    reachable: true,
    leaving: false,
    ...(restored === undefined ? {} : { restore: phase(restored) }),
    ...rest,
  };
}

/** Rollout 18 of `user`, from 5b02aa... to 7c41e0..., unless said otherwise. */
export function rollout(more: Partial<RolloutDetail> = {}): RolloutDetail {
  return {
    number: 18,
    kind: "deploy",
    service: "user",
    environment: "prod",
    from: "5b02aa3d9e11",
    to: "7c41e0b8a402",
    strategy: "rolling",
    status: "running",
    actor: "admin",
    changes: ["image 9f2c41 -> 1b77c0", "env LOG_LEVEL"],
    objectChanges: [],
    createdAt: at(0),
    clusters: [],
    causes: [],
    findings: [],
    waves: [],
    steps: [],
    commands: [],
    offers: [],
    timeline: [],
    sequence: 1,
    ...more,
  };
}

export function cause(more: Partial<Cause> = {}): Cause {
  return {
    code: "CrashLoop",
    severity: "fatal",
    summary: "the new release crashes when it starts",
    cluster: "beta",
    object: "Pod/user-a-6d9f-x2",
    container: "app",
    count: 2,
    exitCode: 3,
    ranFor: 400,
    restarts: 2,
    lastLog: ["boom: no DATABASE_URL"],
    advice: "set it again or declare the storage, then: fairway deploy",
    ...more,
  };
}
