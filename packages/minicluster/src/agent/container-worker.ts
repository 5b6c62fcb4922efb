import { type Pod, parseQuantity } from "@fairway/objects";
import { type Clock, noMore, sleep, timestamp } from "../clock/clock.ts";
import type { EventRecorder } from "../controllers/event-recorder.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { type BackOffTimes, createBackOff } from "./back-off.ts";
import { containerEnvironment, expandVariables } from "./container-environment.ts";
import {
  type ContainerExit,
  type ContainerRuntime,
  ImageError,
  type PodIdentity,
  type RunningContainer,
  StartError,
} from "./container-runtime.ts";
import { type ContainerRecord, isSidecar } from "./pod-status.ts";
import { probeAction, runProbes } from "./probes.ts";

export interface ContainerWorkerContext {
  readonly objects: ObjectsApi;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly backOff: BackOffTimes;
  /** The pod as it is now. */
  pod(): Pod;
  readonly identity: PodIdentity;
  readonly record: ContainerRecord;
  /** Runs to its end before the others start; a sidecar does not. */
  readonly init: boolean;
  /** Aborts when the pod shall end: nothing is pulled, started or waited for any more. */
  readonly ending: AbortSignal;
  /** Something people see has changed. */
  publish(): void;
  /** The container got this port; something to publish follows at once. */
  onPort(port: number): void;
}

/** Drives one container of a pod through its life. */
export interface ContainerWorker {
  /** Resolves when the container has ended and will not be started again. */
  readonly done: Promise<void>;
  /**
   * Ends a running container: preStop, SIGTERM, and SIGKILL at the deadline (milliseconds since the epoch). Resolves when it has
   * ended. A later call can bring the deadline forward.
   */
  stop(deadline: number, options: { readonly preStop: boolean }): Promise<void>;
}

/** After preStop has used up the grace period, a process still gets so long (kubelet's `minimumGracePeriodInSeconds`). */
const LEAST_GRACE_MILLISECONDS = 2_000;
const CONFIG_RETRY_MILLISECONDS = 1_000;

/** Starts the work at once. */
export function startContainerWorker(context: ContainerWorkerContext): ContainerWorker {
  const { clock, events, runtime, record, ending } = context;
  const { spec } = record;
  const isInit = context.init || isSidecar(spec);
  const fieldPath = `spec.${isInit ? "initContainers" : "containers"}{${spec.name}}`;
  const image = spec.image ?? "";
  let running: RunningContainer | undefined;
  let stopProbes: AbortController | undefined;
  let deadlines: { bringForward(deadline: number): void } | undefined;
  let stopping: Promise<void> | undefined;

  const say = (type: "Normal" | "Warning", reason: string, message: string): void =>
    events.record(context.pod(), type, reason, message, fieldPath);

  function become(change: Partial<ContainerRecord>): void {
    Object.assign(record, change);
    context.publish();
  }

  function wait(reason: string, message?: string): void {
    become({
      ready: false,
      started: false,
      state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
    });
  }

  async function live(): Promise<void> {
    const restarts = createBackOff(context.backOff, true);
    if (record.state.terminated && !restartWanted(record.state.terminated.exitCode)) return;
    while (!ending.aborted) {
      if (!(await imageReady())) return;
      const started = await start();
      if (started === "stopped") return;
      const startedAt = clock.now();
      const exit = started === "failed" ? undefined : await watchOver(started);
      const exitCode = exit?.exitCode ?? 128;
      if (ending.aborted || !restartWanted(exitCode)) return;
      if (clock.now() - startedAt > 2 * context.backOff.max) restarts.reset();
      const delay = restarts.next();
      if (delay > 0) {
        const { name, namespace, uid } = context.identity;
        const pod = `${name}_${namespace}(${uid})`;
        const lastState = record.state;
        become({
          lastState,
          state: {
            waiting: {
              reason: "CrashLoopBackOff",
              message: `back-off ${formatSeconds(delay)} restarting failed container=${spec.name} pod=${pod}`,
            },
          },
        });
        say("Warning", "BackOff", `Back-off restarting failed container ${spec.name} in pod ${pod}`);
        await sleep(clock, delay, ending);
        if (ending.aborted) return;
      } else {
        become({ lastState: record.state });
      }
      record.restartCount++;
    }
  }

  function restartWanted(exitCode: number): boolean {
    const policy = context.pod().spec?.restartPolicy ?? "Always";
    if (context.init) return exitCode !== 0 && policy !== "Never";
    if (isSidecar(spec)) return true;
    return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
  }

  async function imageReady(): Promise<boolean> {
    const pulls = createBackOff(context.backOff, false);
    if (runtime.isPresent(image) && spec.imagePullPolicy !== "Always") {
      say("Normal", "Pulled", `Container image "${image}" already present on machine and can be accessed by the pod`);
    }
    while (!ending.aborted) {
      const present = runtime.isPresent(image) && spec.imagePullPolicy !== "Always";
      if (!present && spec.imagePullPolicy === "Never") {
        const message = `Container image "${image}" is not present with pull policy of Never`;
        say("Warning", "ErrImageNeverPull", message);
        say("Warning", "Failed", "Error: ErrImageNeverPull");
        wait("ErrImageNeverPull", message);
        await sleep(clock, pulls.next(), ending);
        continue;
      }
      if (!present) say("Normal", "Pulling", `Pulling image "${image}"`);
      const begun = clock.now();
      try {
        const pulled = await runtime.pull(image, ending);
        if (ending.aborted) return false;
        record.imageID = pulled.id;
        if (!present) {
          const took = `${clock.now() - begun}ms`;
          const size = `Image size: ${pulled.size} bytes.`;
          say(
            "Normal",
            "Pulled",
            `Successfully pulled image "${image}" in ${took} (${took} including waiting). ${size}`,
          );
        }
        return true;
      } catch (error) {
        if (ending.aborted) return false;
        const failure = error instanceof ImageError ? error : new ImageError("ErrImagePull", describe(error));
        await waitForImage(failure, pulls.next());
      }
    }
    return false;
  }

  async function waitForImage(failure: ImageError, delay: number): Promise<void> {
    if (failure.reason === "InvalidImageName") {
      say("Warning", "InspectFailed", failure.message);
      say("Warning", "Failed", "Error: InvalidImageName");
      wait("InvalidImageName", failure.message);
      await sleep(clock, delay, ending);
      return;
    }
    say("Warning", "Failed", `Failed to pull image "${image}": ${failure.message}`);
    say("Warning", "Failed", "Error: ErrImagePull");
    wait("ErrImagePull", failure.message);
    await sleep(clock, delay / 2, ending);
    if (ending.aborted) return;
    say("Normal", "BackOff", `Back-off pulling image "${image}"`);
    say("Warning", "Failed", "Error: ImagePullBackOff");
    wait("ImagePullBackOff", `Back-off pulling image "${image}": ErrImagePull: ${failure.message}`);
    await sleep(clock, delay / 2, ending);
  }

  async function start(): Promise<RunningContainer | "failed" | "stopped"> {
    for (;;) {
      const environment = containerEnvironment(context.pod(), spec, (key) => context.objects.get(key));
      if (!environment.ok) {
        wait("CreateContainerConfigError", environment.message);
        say("Warning", "Failed", `Error: ${environment.message}`);
        await sleep(clock, CONFIG_RETRY_MILLISECONDS, ending);
        if (ending.aborted) return "stopped";
        continue;
      }
      const { env } = environment;
      try {
        const limit = spec.resources?.limits?.["memory"];
        running = await runtime.start({
          pod: context.identity,
          container: spec.name,
          attempt: record.restartCount,
          image,
          command: [...(spec.command ?? []), ...(spec.args ?? [])].map((word) => expandVariables(word, env)),
          workingDir: spec.workingDir,
          env,
          wantsPort: (spec.ports ?? []).length > 0,
          mounts: (spec.volumeMounts ?? []).map(({ mountPath, name, subPath, subPathExpr }) => ({
            path: mountPath,
            volume: name,
            subPath: subPathExpr === undefined ? subPath : expandVariables(subPathExpr, env),
          })),
          memoryLimit: limit === undefined ? undefined : parseQuantity(limit),
        });
      } catch (error) {
        const message = error instanceof StartError ? error.message : describe(error);
        say("Normal", "Created", "Container created");
        say("Warning", "Failed", `Error: ${message}`);
        const finishedAt = timestamp(clock.now());
        become({
          ready: false,
          started: false,
          state: { terminated: { exitCode: 128, reason: "StartError", message, startedAt: finishedAt, finishedAt } },
        });
        return "failed";
      }
      return running;
    }
  }

  async function watchOver(container: RunningContainer): Promise<ContainerExit> {
    const startedAt = timestamp(clock.now());
    if (container.port !== undefined && !isInit) context.onPort(container.port);
    become({
      containerID: container.id,
      state: { running: { startedAt } },
      started: spec.startupProbe === undefined,
      ready: false,
    });
    say("Normal", "Created", "Container created");
    say("Normal", "Started", "Container started");
    const probing = new AbortController();
    stopProbes = probing;
    if (ending.aborted) probing.abort(noMore);
    if (context.init) become({ started: true });
    else {
      void runProbes({
        clock,
        container: spec,
        port: container.port,
        signal: probing.signal,
        probe: (action, timeout) => container.probe(action, timeout),
        onStarted: () => become({ started: true }),
        onReady: (ready) => {
          if (record.ready !== ready) become({ ready });
        },
        onFailure: (kind, output) => say("Warning", "Unhealthy", `${kind} probe failed: ${output}`),
        onUnhealthy: (kind) => {
          say("Normal", "Killing", `Container ${spec.name} failed ${kind.toLowerCase()} probe, will be restarted`);
          const probe = kind === "Startup" ? spec.startupProbe : spec.livenessProbe;
          const own = (probe as { terminationGracePeriodSeconds?: number } | undefined)?.terminationGracePeriodSeconds;
          void end(container, clock.now() + (own ?? gracePeriod(context.pod())) * 1000, true);
        },
      });
    }
    const exit = await container.exited;
    probing.abort(noMore);
    running = undefined;
    stopping = undefined;
    deadlines = undefined;
    const reason = exit.outOfMemory ? "OOMKilled" : exit.exitCode === 0 ? "Completed" : "Error";
    become({
      ready: context.init && exit.exitCode === 0,
      started: false,
      state: {
        terminated: {
          exitCode: exit.exitCode,
          reason,
          startedAt,
          finishedAt: timestamp(clock.now()),
          containerID: container.id,
        },
      },
    });
    return exit;
  }

  function end(container: RunningContainer, deadline: number, preStop: boolean): Promise<void> {
    deadlines?.bringForward(deadline);
    stopping ??= endOnce(container, deadline, preStop);
    return stopping;
  }

  async function endOnce(container: RunningContainer, firstDeadline: number, preStop: boolean): Promise<void> {
    stopProbes?.abort(noMore);
    let deadline = firstDeadline;
    let hasEnded = false;
    const waits = new Set<AbortController>();
    const wake = (): void => {
      for (const wait of waits) wait.abort(noMore);
    };
    void container.exited.then(() => {
      hasEnded = true;
      wake();
    });
    deadlines = {
      bringForward(next) {
        if (next >= deadline) return;
        deadline = next;
        wake();
      },
    };
    /** Until the container has ended or the deadline, which may come nearer meanwhile. */
    const waitUntilDeadline = async (least: number): Promise<void> => {
      const from = clock.now();
      while (!hasEnded) {
        const left = Math.max(deadline, from + least) - clock.now();
        if (left <= 0) return;
        const wait = new AbortController();
        waits.add(wait);
        await sleep(clock, left, wait.signal);
        waits.delete(wait);
      }
    };
    if (preStop && spec.lifecycle?.preStop) {
      const ended = new AbortController();
      void container.exited.then(() => ended.abort(noMore));
      await Promise.race([runPreStop(container, deadline, ended.signal), waitUntilDeadline(0)]);
    }
    if (hasEnded) return;
    container.kill("SIGTERM");
    await waitUntilDeadline(deadline <= clock.now() && firstDeadline === deadline ? LEAST_GRACE_MILLISECONDS : 0);
    if (hasEnded) return;
    container.kill("SIGKILL");
    await container.exited;
  }

  async function runPreStop(container: RunningContainer, deadline: number, ended: AbortSignal): Promise<void> {
    const hook = spec.lifecycle?.preStop;
    const left = Math.max(0, deadline - clock.now());
    if (hook?.sleep) return sleep(clock, Math.min(hook.sleep.seconds * 1000, left), ended);
    if (!hook?.exec && !hook?.httpGet) return;
    const action = probeAction(hook, spec, container.port);
    const outcome = await container.probe(action, left);
    if (!outcome.ok) say("Warning", "FailedPreStopHook", `PreStopHook failed: ${outcome.output}`);
  }

  return {
    done: live(),
    async stop(deadline, { preStop }) {
      if (!running) return;
      if (!stopping) say("Normal", "Killing", `Stopping container ${spec.name}`);
      await end(running, deadline, preStop);
    },
  };
}

/** Seconds a pod's containers get to end. */
export function gracePeriod(pod: Pod): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
}

/** As Go prints durations: `1s`, `1m20s`. */
function formatSeconds(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 100) / 10;
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${Math.round(seconds % 60)}s`;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
