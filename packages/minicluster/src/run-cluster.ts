import { isPod } from "@fairway/objects";
import type { BackOffTimes } from "./agent/back-off.ts";
import { startNodeAgent } from "./agent/node-agent.ts";
import { keepNode, machineCapacity } from "./agent/node-object.ts";
import { podLogs } from "./agent/pod-logs.ts";
import { cpuMeter } from "./agent/process/cpu-meter.ts";
import type { Unpack } from "./agent/process/image-store.ts";
import { readLogFiles } from "./agent/process/log-files.ts";
import { type ContainerUsage, createProcessRuntime } from "./agent/process/process-runtime.ts";
import { type Clock, systemClock } from "./clock/clock.ts";
import { createEventRecorder } from "./controllers/event-recorder.ts";
import type { TokenSecrets } from "./controllers/service-account/token-controller.ts";
import { startControllers } from "./controllers/start-controllers.ts";
import { startIngress } from "./ingress/start-ingress.ts";
import type { ObjectsApi, PodLogs } from "./objects-api.ts";

export interface RunClusterOptions {
  /** The cluster's name; its one node is called the same. */
  readonly name: string;
  readonly directory: string;
  /** Folder of the snapshots' tars, `<hex>.tar`. */
  readonly snapshots: string;
  readonly unpack: Unpack;
  /** 0 takes a free port. */
  readonly ingressPort: number;
  readonly addressBase: number;
  readonly backOff?: BackOffTimes;
  /** Variables of this process that pods may see; `PATH` and the language unless told. */
  readonly inherited?: Readonly<Record<string, string>>;
  /** What the service accounts' Secrets and every namespace's ConfigMap with the certificate are made of; none of both without it. */
  readonly tokens?: TokenSecrets;
  readonly onError: (message: string) => void;
}

/** What runs on top of the stored objects. */
export interface RunningCluster {
  readonly ingressAddress: string;
  readonly logs: PodLogs;
  usage(): readonly ContainerUsage[];
  /** Ends all pods' processes; their objects stay. */
  stop(options?: { readonly graceMilliseconds?: number }): Promise<void>;
}

const IMAGE_SWEEP_MILLISECONDS = 600_000;
const INHERITED = ["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ"];

/**
 * Controllers, scheduler, node and gateway over the stored objects. First ends what an earlier process of this cluster left
 * running; pods that the objects tell of are started again.
 */
export async function runCluster(objects: ObjectsApi, options: RunClusterOptions): Promise<RunningCluster> {
  const clock: Clock = systemClock;
  const { onError } = options;
  const runtime = createProcessRuntime({
    clock,
    directory: options.directory,
    snapshots: options.snapshots,
    unpack: options.unpack,
    inherited: options.inherited ?? inheritedVariables(),
  });
  const ended = await runtime.endLeftovers();
  if (ended > 0) onError(`ended ${ended} process groups that an earlier run had left`);
  await sweep();

  // The agent comes first: it says of all pods that they are not ready before anything routes to them.
  const agent = startNodeAgent({
    node: options.name,
    objects,
    clock,
    events: createEventRecorder(objects, clock, { component: "kubelet", host: options.name }),
    runtime,
    onError,
    ...(options.backOff === undefined ? {} : { backOff: options.backOff }),
  });
  const stopNode = keepNode(objects, clock, options.name, machineCapacity(), runtime.version);
  const cpuOf = cpuMeter(clock, () => runtime.usage());
  const stopControllers = startControllers(objects, clock, onError, options.tokens, cpuOf);
  const stopAll = async (graceMilliseconds: number): Promise<void> => {
    cancelSweep();
    stopControllers();
    stopNode();
    await agent.stop({ graceMilliseconds });
  };
  let cancelSweep = clock.after(IMAGE_SWEEP_MILLISECONDS, sweepAgain);
  try {
    const address = "127.0.0.1";
    const { ingressPort, addressBase } = options;
    const ingress = await startIngress(objects, clock, { address, ingressPort, addressBase }, onError);
    return {
      ingressAddress: ingress.address,
      logs: podLogs(objects, readLogFiles(runtime.logs, clock)),
      usage: () => runtime.usage(),
      async stop({ graceMilliseconds = 3_000 } = {}) {
        await Promise.all([ingress.stop({ drainMilliseconds: graceMilliseconds }), stopAll(graceMilliseconds)]);
      },
    };
  } catch (error) {
    await stopAll(0);
    throw error;
  }

  async function sweep(): Promise<void> {
    const pods = objects.list("pods").filter(isPod);
    const images = pods.flatMap(({ spec }) => [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]);
    const uids = new Set(pods.flatMap(({ metadata }) => metadata.uid ?? []));
    await runtime.sweep(uids, new Set(images.flatMap(({ image }) => image ?? [])));
  }

  function sweepAgain(): void {
    sweep().catch((error: unknown) => onError(`images not swept: ${String(error)}`));
    cancelSweep = clock.after(IMAGE_SWEEP_MILLISECONDS, sweepAgain);
  }
}

/** Nothing of Fairway's own: a variable of this process may be a secret. */
function inheritedVariables(): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}
