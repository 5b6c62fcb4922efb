import { type Clock, sleep } from "../../clock/clock.ts";
import {
  type ContainerExit,
  type ContainerRequest,
  type ContainerRuntime,
  ImageError,
  type PodIdentity,
  type ProbeAction,
  type ProbeOutcome,
  StartError,
} from "../container-runtime.ts";
import type { ReadContainerLog } from "../pod-logs.ts";
import type { VolumeContent } from "../volumes/volume-content.ts";
import { openSimulatedLog, type SimulatedLog } from "./simulated-log.ts";

/** What one start of a container does. Times in milliseconds after its start; what is left out does not happen. */
export interface ContainerRun {
  /** Probes succeed from then on; 0 unless told. */
  readonly readyAfter?: number | "never";
  /** Probes fail again from then on. */
  readonly unreadyAfter?: number;
  readonly exitAfter?: number;
  /** 1 unless told. */
  readonly exitCode?: number;
  readonly outOfMemory?: boolean;
  /** From SIGTERM to its end; 0 unless told. "never": it takes SIGKILL. */
  readonly stopsAfter?: number | "never";
  /** It does not start at all, for this reason. */
  readonly startError?: string;
  /** What it writes, without line ends, and when: at its start unless told. */
  readonly prints?: readonly { readonly line: string; readonly after?: number }[];
}

/** How an image behaves when it is pulled. */
export interface ImagePull {
  /** Milliseconds; 0 unless told. */
  readonly pullTime?: number;
  /** The pull fails with these words. */
  readonly missing?: string;
  readonly invalidName?: string;
}

/** What a container's program can do; it ends once. */
export interface ProgramHost {
  readonly clock: Clock;
  print(line: string): void;
  exit(code: number): void;
}

/** A program that decides by itself what it does, where a `ContainerRun` is not enough. */
export interface SimulatedProgram {
  /** SIGTERM; SIGKILL does not ask. */
  terminate(): void;
  /** Given up when its time is over. */
  probe(action: ProbeAction): Promise<ProbeOutcome>;
}

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  image?(image: string): ImagePull;
  container?(request: ContainerRequest): ContainerRun;
  /** Starts a program instead, when there is one for such a container. Throws `StartError`. */
  program?(request: ContainerRequest): ((host: ProgramHost) => SimulatedProgram) | undefined;
  /** 1, 2, 3, ... for ids and ports; its own unless told. */
  nextSerial?(): number;
}

/** Plays scripts instead of running processes; deterministic under a virtual clock. */
export interface SimulatedRuntime extends ContainerRuntime {
  /** Containers that run now. */
  running(): readonly ContainerRequest[];
  /** What was put into a pod's volume last. */
  volume(pod: string, name: string): VolumeContent | undefined;
  /** Ends a running container of that pod, as a crash does. */
  crash(pod: { readonly namespace: string; readonly name: string }, exit: ContainerExit): void;
  readonly readLog: ReadContainerLog;
}

const FIRST_PORT = 10_000;

/** Makes a runtime whose containers start at once, are ready at once and run until they are stopped, unless scripts say otherwise. */
export function createSimulatedRuntime(options: SimulatedRuntimeOptions): SimulatedRuntime {
  const { clock } = options;
  const present = new Set<string>();
  const running = new Map<ContainerRequest, (exit: ContainerExit) => void>();
  const volumes = new Map<string, VolumeContent>();
  const logs = new Map<string, SimulatedLog>();
  let count = 0;
  const nextSerial = options.nextSerial ?? (() => ++count);

  return {
    version: "simulated://1",
    isPresent: (image) => present.has(image),
    async pull(image, signal) {
      const script = options.image?.(image) ?? {};
      if (script.invalidName !== undefined) throw new ImageError("InvalidImageName", script.invalidName);
      if (!present.has(image)) await sleep(clock, script.pullTime ?? 0, signal);
      if (script.missing !== undefined) throw new ImageError("ErrImagePull", script.missing);
      present.add(image);
      return { id: image, size: 1 };
    },
    async start(request) {
      const begin = options.program?.(request);
      const script = begin === undefined ? (options.container?.(request) ?? {}) : {};
      if (script.startError !== undefined) throw new StartError(script.startError);
      const startedAt = clock.now();
      const exited = Promise.withResolvers<ContainerExit>();
      const timers: (() => void)[] = [];
      const serial = nextSerial();
      const id = `simulated://${serial}`;
      const log = openSimulatedLog(clock);
      logs.set(id, log);
      for (const { line, after = 0 } of script.prints ?? []) {
        if (after === 0) log.print(line);
        else timers.push(clock.after(after, () => log.print(line)));
      }
      const end = (exit: ContainerExit): void => {
        for (const cancel of timers) cancel();
        running.delete(request);
        log.close();
        exited.resolve(exit);
      };
      running.set(request, end);
      if (script.exitAfter !== undefined) {
        const outOfMemory = script.outOfMemory ?? false;
        const exitCode = outOfMemory ? 137 : (script.exitCode ?? 1);
        timers.push(clock.after(script.exitAfter, () => end({ exitCode, outOfMemory })));
      }
      // It begins when whoever started it knows that it runs.
      let program: SimulatedProgram | undefined;
      const exit = (exitCode: number): void => end({ exitCode, outOfMemory: false });
      if (begin !== undefined) {
        timers.push(
          clock.after(0, () => {
            program = begin({ clock, print: log.print, exit });
          }),
        );
      }
      return {
        id,
        port: request.wantsPort ? FIRST_PORT + serial : undefined,
        exited: exited.promise,
        kill(signal) {
          if (signal === "SIGKILL") end({ exitCode: 137, outOfMemory: false });
          else if (program !== undefined) program.terminate();
          else if (script.stopsAfter !== "never") {
            timers.push(clock.after(script.stopsAfter ?? 0, () => end({ exitCode: 0, outOfMemory: false })));
          }
        },
        async probe(action, timeoutMilliseconds) {
          if (begin !== undefined) {
            return program === undefined
              ? refused(action)
              : inTime(clock, program.probe(action), action, timeoutMilliseconds);
          }
          const age = clock.now() - startedAt;
          const { readyAfter = 0 } = script;
          const ready =
            readyAfter !== "never" && age >= readyAfter && age < (script.unreadyAfter ?? Number.POSITIVE_INFINITY);
          return { ok: ready, output: ready ? "" : "HTTP probe failed with statuscode: 503" };
        },
      };
    },
    writeVolume(pod, volume, content) {
      volumes.set(`${pod.name} ${volume}`, content);
    },
    async removePod(_pod: PodIdentity) {},
    readLog: (id, of, signal) => logs.get(id)?.read(of, signal),
    volume: (pod, name) => volumes.get(`${pod} ${name}`),
    running: () => [...running.keys()],
    crash(pod, exit) {
      for (const [{ pod: own }, end] of [...running])
        if (own.namespace === pod.namespace && own.name === pod.name) end(exit);
    },
  };
}

/** As the kubelet says it. */
function addressOf(action: ProbeAction): string {
  if (action.kind === "http") return `Get "http://127.0.0.1:${action.port}${action.path}": `;
  return "";
}

/** When nothing listens. */
export function refused(action: ProbeAction): ProbeOutcome {
  const port = action.kind === "exec" ? 0 : action.port;
  return { ok: false, output: `${addressOf(action)}dial tcp 127.0.0.1:${port}: connect: connection refused` };
}

function inTime(
  clock: Clock,
  outcome: Promise<ProbeOutcome>,
  action: ProbeAction,
  milliseconds: number,
): Promise<ProbeOutcome> {
  const words =
    action.kind === "exec"
      ? `command timed out after ${milliseconds / 1000}s`
      : `${addressOf(action)}context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  return new Promise((resolve) => {
    const cancel = clock.after(milliseconds, () => resolve({ ok: false, output: words }));
    outcome.then((told) => {
      cancel();
      resolve(told);
    }, cancel);
  });
}
