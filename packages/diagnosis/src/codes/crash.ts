import type { ContainerState, Event } from "@fairway/objects";
import { adviceFromLog } from "../advice-from-log.ts";
import type { Finding, Severity } from "../cause.ts";
import { lastLines } from "../last-lines.ts";
import { type ContainerView, conditionOf, elapsed, eventsOf, eventTime, type Subject, time, who } from "../subject.ts";

type Terminated = NonNullable<ContainerState["terminated"]>;

/** Below this run time a crash is one of starting, in milliseconds. */
const starting = 30_000;

/** How much later than a container's status an event about it may arrive, in milliseconds. */
const eventDelay = 3_000;

/**
 * From this many restarts on a container that is down again counts as fatal: the first restart is immediate, and one
 * restart that then works is fine.
 */
export const fatalRestarts = 2;

/**
 * A container that ended though it should run: CrashLoop, OutOfMemory, LivenessFailing or StartupFailing. What ended it
 * decides the code: exit code 137 alone says only "killed", by the memory limit or by the kubelet after a failed probe.
 */
export function crashFinding(subject: Subject, view: ContainerView): Finding | undefined {
  const { status, pod, role } = view;
  const last = status.state?.terminated ?? status.lastState?.terminated;
  if (last === undefined || isFinishedInit(view) || hasRecovered(subject, view)) return undefined;
  if (wentWithItsNode(view) || (status.ready && !comesAndGoes(status))) return undefined;
  const kill = last.reason === "OOMKilled" ? undefined : killedByProbe(eventsOf(subject, pod), status.name, last);
  const said = lastLines(subject, view);
  const ran = runTime(last);
  const base: Omit<Finding, keyof Words> & { readonly severity: Severity } = {
    severity: kill === undefined && isUnclear(subject, view, last) ? "transient" : severityOf(subject, view, last),
    object: `Pod/${pod.metadata.name}`,
    container: status.name,
    exitCode: last.exitCode,
    ...(ran === undefined || neverRan(last) ? {} : { ranFor: ran }),
    restarts: status.restartCount,
    ...said,
  };
  if (last.reason === "OOMKilled") return { ...base, ...outOfMemory(subject, view, last) };
  if (kill !== undefined) return { ...base, ...killed(subject, kill) };
  const crash = crashed(subject, last, said.lastLog ?? []);
  if (role === "app") return { ...base, ...crash };
  const summary = besideWords(subject, view, last);
  // Until then nothing behind it starts, so the service does not even begin.
  const isInitializing = conditionOf(pod, "Initialized")?.status !== "True";
  return { ...base, ...crash, summary, code: isInitializing ? "InitFailed" : crash.code };
}

function severityOf({ since = 0 }: Subject, { status }: ContainerView, last: Terminated): Severity {
  const restarts = status.restartCount;
  // How it ended before the release was applied again says little: what it lacked may be there by now.
  const isOld = (time(last.finishedAt) ?? since) < since;
  if (status.state?.running === undefined) return restarts >= fatalRestarts && !isOld ? "fatal" : "likely";
  return restarts > fatalRestarts ? "likely" : "transient";
}

/**
 * Ready for the moment, as it was before each of its crashes. Whoever looks in such a moment must not be told that all
 * is well.
 */
export function comesAndGoes({ ready, restartCount, lastState }: ContainerView["status"]): boolean {
  return ready && restartCount > fatalRestarts && lastState?.terminated !== undefined;
}

/** It has outlived a start: from here on its readiness says more than its past. */
function hasRecovered(subject: Subject, { status }: ContainerView): boolean {
  const running = status.state?.running;
  return running !== undefined && elapsed(subject, running.startedAt) > starting;
}

/**
 * Its node, or the runtime on it, stopped and started again: nobody saw how the container ended, and it runs. The
 * runtime writes `Unknown` then (containerd's `unknownExitCode` 255).
 */
function wentWithItsNode({ status }: ContainerView): boolean {
  return status.state?.running !== undefined && status.lastState?.terminated?.reason === "Unknown";
}

/** An init container that ended with 0 has done its work. */
function isFinishedInit({ role, status }: ContainerView): boolean {
  return role === "init" && status.state?.terminated?.exitCode === 0;
}

type Words = Pick<Finding, "code" | "summary" | "message" | "advice">;

function crashed(subject: Subject, last: Terminated, log: readonly string[]): Words {
  const ran = runTime(last);
  const early = ran === undefined || ran < starting;
  const words = [signalOf(last), last.message?.trim()].filter(Boolean).join(": ");
  const message = words === "" ? {} : { message: words };
  if (/exec format error/.test(`${last.message ?? ""}${log.join("\n")}`)) {
    return {
      code: "CrashLoop",
      summary: `the program of ${who(subject)} is made for other processors than the node's`,
      ...message,
      advice: "build its image for the platform of the cluster's nodes (docker buildx build --platform)",
    };
  }
  if (neverRan(last) || last.exitCode === 127) {
    return {
      code: "CrashLoop",
      summary: `the command of ${who(subject)} cannot be started`,
      ...message,
      advice: "check [run] command in app.toml and that the build puts the program where the command looks for it",
    };
  }
  if (last.exitCode === 0) {
    return {
      code: "CrashLoop",
      summary: `${who(subject)} ends by itself${early ? " right after it starts" : ""}`,
      ...message,
      advice: "a service must keep running: let it listen on $PORT and not return",
    };
  }
  return {
    code: "CrashLoop",
    summary: early
      ? `${who(subject)} crashes when it starts`
      : `${who(subject)} crashes after ${seconds(ran)} of running`,
    ...message,
    advice:
      adviceFromLog(log) ??
      "read the last log lines, mend what they name (often a missing variable or dependency), and deploy again",
  };
}

function besideWords(subject: Subject, { status, role }: ContainerView, last: Terminated): string {
  const kind = role === "sidecar" ? "sidecar" : "init container";
  const ended = neverRan(last) ? "cannot be started" : `ends with exit code ${last.exitCode}`;
  return `the ${kind} ${status.name} of ${who(subject)} ${ended}`;
}

function outOfMemory(subject: Subject, { spec }: ContainerView, last: Terminated): Words {
  const ran = runTime(last);
  const limit = spec?.resources?.limits?.["memory"];
  const early = ran === undefined || ran < starting;
  return {
    code: "OutOfMemory",
    summary: `${who(subject)} runs out of memory${early ? " when it starts" : ""}`,
    message: [
      limit === undefined ? "killed for lack of memory on the node" : `killed at its memory limit of ${limit}`,
      ran === undefined ? undefined : `after ${seconds(ran)}`,
    ]
      .filter(Boolean)
      .join(" "),
    advice:
      limit === undefined
        ? "let it use less memory"
        : `let it use less than ${limit}, or choose a larger [engine] size in app.toml`,
  };
}

interface ProbeKill {
  readonly probe: "liveness" | "startup";
  readonly said: string | undefined;
}

/**
 * A kill of an earlier run says nothing about how the last one ended; but events of one kind are counted up late, and a kill
 * after another is the likelier one.
 */
function killedByProbe(events: readonly Event[], container: string, last: Terminated): ProbeKill | undefined {
  const began = time(last.startedAt) ?? 0;
  for (const probe of ["liveness", "startup"] as const) {
    const kill = events.some(
      (event) =>
        event.reason === "Killing" &&
        event.message?.includes(`ontainer ${container} failed ${probe} probe`) &&
        (eventTime(event) >= began || wasSignalled(last)),
    );
    if (!kill) continue;
    const prefix = probe === "liveness" ? "Liveness probe failed" : "Startup probe failed";
    const said = events.findLast((event) => event.reason === "Unhealthy" && event.message?.startsWith(prefix))?.message;
    return { probe, said: said?.slice(prefix.length).replace(/^:\s*/, "").trim() };
  }
  return undefined;
}

/** The event that says who killed it may come a moment after its end: until then nothing is told as certain. */
function isUnclear(subject: Subject, { spec }: ContainerView, last: Terminated): boolean {
  const isProbed = spec?.livenessProbe !== undefined || spec?.startupProbe !== undefined;
  const isFresh = elapsed(subject, last.finishedAt) < eventDelay;
  return isProbed && isFresh && last.reason !== "OOMKilled" && wasSignalled(last);
}

/** By SIGKILL or SIGTERM, as the kubelet does. */
function wasSignalled({ exitCode }: Terminated): boolean {
  return exitCode === 137 || exitCode === 143;
}

function killed(subject: Subject, { probe, said }: ProbeKill): Words {
  const words: Pick<Finding, "code" | "summary" | "advice"> =
    probe === "liveness"
      ? {
          code: "LivenessFailing",
          summary: `${who(subject)} is killed because its liveness check fails`,
          advice: "let the path of [health] live answer without waiting for others, or give the check more time",
        }
      : {
          code: "StartupFailing",
          summary: `${who(subject)} is killed because it does not start in time`,
          advice: "let it start faster, or raise period or threshold of [health] startup",
        };
  return said ? { ...words, message: said } : words;
}

function runTime(last: Terminated): number | undefined {
  const from = time(last.startedAt);
  const to = time(last.finishedAt);
  return from === undefined || to === undefined || to < from ? undefined : to - from;
}

/** The runtime could not start it. */
function neverRan({ reason }: Terminated): boolean {
  return reason === "StartError" || reason === "ContainerCannotRun";
}

/** Shells and container runtimes tell a signal as 128 and its number; exit code and run time stand in fields of their own. */
function signalOf({ exitCode }: Terminated): string | undefined {
  return exitCode > 128 && exitCode < 160 ? `killed by signal ${exitCode - 128}` : undefined;
}

function seconds(milliseconds: number): string {
  return `${milliseconds < 10_000 ? (milliseconds / 1000).toFixed(1) : Math.round(milliseconds / 1000)} s`;
}
