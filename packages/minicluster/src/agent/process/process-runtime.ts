import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import {
  type ContainerExit,
  type ContainerRequest,
  type ContainerRuntime,
  type RunningContainer,
  StartError,
} from "../container-runtime.ts";
import { type ContainerLog, openContainerLog } from "./container-log.ts";
import { createPortPool } from "./free-port.ts";
import { createImageStore, type Unpack } from "./image-store.ts";
import type { LogFiles } from "./log-files.ts";
import { performProbe } from "./probe-actions.ts";
import { createProcessRecords, killGroup } from "./process-records.ts";
import { createProcessTable, type GroupUsage } from "./process-table.ts";
import { linkMounts, writeVolumeFiles } from "./volume-files.ts";

export interface ProcessRuntimeOptions {
  readonly clock: Clock;
  /** The cluster's folder: `pods/`, `images/`, `processes/` in it are the runtime's. */
  readonly directory: string;
  /** Where the snapshots' tars lie. */
  readonly snapshots: string;
  readonly unpack: Unpack;
  /** Variables of this machine that processes get: `PATH` and the language. */
  readonly inherited: Readonly<Record<string, string>>;
}

export interface ContainerUsage extends GroupUsage {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ProcessRuntime extends ContainerRuntime {
  readonly logs: LogFiles;
  /** What each running container uses. */
  usage(): readonly ContainerUsage[];
  /** Ends what a killed cluster left running. Call it before the first start. Resolves with how many processes were ended. */
  endLeftovers(): Promise<number>;
  /** Deletes folders of pods that are not in `uids`, and images that are in no use and have no snapshot any more. */
  sweep(uids: ReadonlySet<string>, images: ReadonlySet<string>): Promise<void>;
}

/** Memory is looked at often while a process starts, because that is when it grows fast. Milliseconds. */
const SAMPLE_WHILE_STARTING = 50;
const SAMPLE_LATER = 250;
const STARTING = 30_000;
/** After a process has ended, output that its killed children still hold is waited for no longer than this. */
const OUTPUT_MILLISECONDS = 500;
/** Where Kubernetes has the unpacked snapshot. */
const IMAGE_FOLDER = "/app";
const ID_SCHEME = "process://";

/** Runs each container as a process group in a session of its own. */
export function createProcessRuntime(options: ProcessRuntimeOptions): ProcessRuntime {
  const { clock, directory } = options;
  const table = createProcessTable();
  const records = createProcessRecords(join(directory, "processes"), table);
  const images = createImageStore(join(directory, "images"), options.snapshots, options.unpack);
  const ports = createPortPool();
  const pods = join(directory, "pods");
  const live = new Map<string, ContainerLog>();
  const running = new Map<number, ContainerRequest>();
  const podFolder = (uid: string): string => join(pods, uid);
  const volumesFolder = (uid: string): string => join(podFolder(uid), "volumes");
  let writes = 0;

  function logPath(id: string): string | undefined {
    const match = /^process:\/\/([0-9a-f-]+)\/([a-z0-9-]+)\/(\d+)\/[0-9a-f]+$/.exec(id);
    const [, uid, container, attempt] = match ?? [];
    if (uid === undefined || container === undefined) return undefined;
    return join(podFolder(uid), "logs", container, `${attempt}.log`);
  }

  async function start(request: ContainerRequest): Promise<RunningContainer> {
    const image = images.folder(request.image);
    if (image === undefined) throw new StartError(`image "${request.image}" is not unpacked`);
    const workingDirectory = folderInImage(image, request.workingDir);
    const [program, ...args] = request.command;
    if (program === undefined) throw new StartError("no command specified");
    const home = join(podFolder(request.pod.uid), "home");
    const temporary = join(podFolder(request.pod.uid), "tmp");
    for (const folder of [home, temporary]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const root = join(podFolder(request.pod.uid), "root", request.container);
    const isMounted = request.mounts.length > 0;
    if (isMounted) linkMounts(root, request.mounts, volumesFolder(request.pod.uid));
    const port = request.wantsPort ? await ports.take() : undefined;
    const env: Readonly<Record<string, string>> = {
      ...options.inherited,
      HOSTNAME: request.pod.name,
      HOME: home,
      TMPDIR: temporary,
      ...request.env,
      ...(isMounted ? { FAIRWAY_ROOT: root } : {}),
      ...(port === undefined ? {} : { PORT: String(port) }),
    };
    const { uid } = request.pod;
    const nonce = createHash("sha256").update(`${uid} ${request.container} ${clock.now()}`).digest("hex").slice(0, 12);
    const id = `${ID_SCHEME}${uid}/${request.container}/${request.attempt}/${nonce}`;
    const log = openContainerLog(logPath(id) ?? join(podFolder(uid), "logs", nonce), clock.now);
    forgetOldLogs(join(podFolder(uid), "logs", request.container), request.attempt);
    try {
      const child = spawn(program, args, {
        cwd: workingDirectory,
        env,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      if (child.pid !== undefined) records.add(child.pid);
      const spawned = Promise.withResolvers<number>();
      child.once("spawn", () => spawned.resolve(child.pid ?? 0));
      child.on("error", spawned.reject);
      const exited = watch(child, log, request.memoryLimit);
      const pid = await spawned.promise;
      live.set(id, log);
      running.set(pid, request);
      void exited.then(() => {
        records.remove(pid);
        running.delete(pid);
        log.close();
        live.delete(id);
        if (port !== undefined) ports.giveBack(port);
      });
      return {
        id,
        port,
        exited,
        kill: (signal) => {
          if (running.has(pid)) killGroup(pid, signal);
        },
        probe: (action, timeout) => performProbe(action, timeout, { directory: workingDirectory, env }),
      };
    } catch (error) {
      log.close();
      if (port !== undefined) ports.giveBack(port);
      throw startError(program, error);
    }
  }

  /** Resolves when the process has ended, its group with it, and its output is written. */
  function watch(child: ChildProcess, log: ContainerLog, memoryLimit: number | undefined): Promise<ContainerExit> {
    return new Promise((resolve) => {
      const { pid } = child;
      if (pid === undefined) return;
      let outOfMemory = false;
      let cancelSample: (() => void) | undefined;
      const startedAt = clock.now();
      const sample = (): void => {
        const used = table.usage(pid)?.memoryBytes ?? 0;
        if (memoryLimit !== undefined && used > memoryLimit) {
          outOfMemory = true;
          killGroup(pid, "SIGKILL");
          return;
        }
        cancelSample = clock.after(clock.now() - startedAt < STARTING ? SAMPLE_WHILE_STARTING : SAMPLE_LATER, sample);
      };
      if (memoryLimit !== undefined) cancelSample = clock.after(0, sample);
      child.stdout?.on("data", (chunk: Buffer) => log.write("stdout", chunk));
      child.stderr?.on("data", (chunk: Buffer) => log.write("stderr", chunk));
      child.once("exit", (code, signal) => {
        cancelSample?.();
        // As with a container: when its first process ends, so do the others.
        killGroup(pid, "SIGKILL");
        const exit: ContainerExit = {
          exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
          outOfMemory,
        };
        const cancel = clock.after(OUTPUT_MILLISECONDS, () => resolve(exit));
        child.once("close", () => {
          cancel();
          resolve(exit);
        });
      });
    });
  }

  return {
    version: "process://1",
    isPresent: (image) => images.folder(image) !== undefined,
    pull: (image, signal) => images.pull(image, signal),
    start,
    writeVolume({ uid }, volume, content) {
      if (content.kind === "none" || content.kind === "missing") return;
      writeVolumeFiles(join(volumesFolder(uid), volume), content, `${clock.now()}-${++writes}`);
    },
    async removePod({ uid }) {
      if (uid !== "") await rm(podFolder(uid), { recursive: true, force: true });
    },
    logs: { path: logPath, live: (id) => live.get(id) },
    usage: () =>
      [...running].flatMap(([pid, { pod, container }]) => {
        const used = table.usage(pid);
        return used ? [{ namespace: pod.namespace, pod: pod.name, container, ...used }] : [];
      }),
    endLeftovers: () => records.endLeftovers(),
    async sweep(uids, usedImages) {
      if (existsSync(pods)) {
        for (const uid of readdirSync(pods)) {
          if (!uids.has(uid)) await rm(podFolder(uid), { recursive: true, force: true });
        }
      }
      await images.sweep(usedImages);
    },
  };
}

/** The log of this start and of the one before are kept. */
function forgetOldLogs(folder: string, attempt: number): void {
  for (const name of readdirSync(folder)) {
    if (Number.parseInt(name, 10) < attempt - 1) rmSync(join(folder, name), { force: true });
  }
}

/** `/app` is the unpacked snapshot, as on Kubernetes. */
function folderInImage(image: string, workingDir: string | undefined): string {
  if (workingDir === undefined || !workingDir.startsWith(`${IMAGE_FOLDER}/`)) return image;
  const folder = join(image, workingDir.slice(IMAGE_FOLDER.length));
  if (folder.startsWith(`${image}/`) && existsSync(folder)) return folder;
  throw new StartError(`chdir to cwd ("${workingDir}") failed: no such file or directory`);
}

function startError(program: string, error: unknown): StartError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const why =
    code === "ENOENT"
      ? program.includes("/")
        ? "no such file or directory"
        : "executable file not found in $PATH"
      : code === "EACCES"
        ? "permission denied"
        : code === "ERR_INVALID_ARG_VALUE"
          ? // Node's own words quote the value, which may be a secret.
            "invalid argument: a null byte in the command or in a variable"
          : error instanceof Error
            ? error.message
            : String(error);
  return new StartError(`exec: ${JSON.stringify(program)}: ${why}`, { cause: error });
}
