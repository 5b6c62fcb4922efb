import { isPod } from "@fairway/objects";
import { serviceAccountKeys } from "../access/service-account-keys.ts";
import { type ServiceAccountTokens, serviceAccountTokens } from "../access/service-account-tokens.ts";
import { admin, anonymous, type User } from "../access/user.ts";
import type { BackOffTimes } from "../agent/back-off.ts";
import type { ContainerExit } from "../agent/container-runtime.ts";
import type { NodeCapacity } from "../agent/node-object.ts";
import { podLogs } from "../agent/pod-logs.ts";
import { startSimulatedNode } from "../agent/simulated/simulated-node.ts";
import { createSimulatedRuntime, type SimulatedRuntimeOptions } from "../agent/simulated/simulated-runtime.ts";
import type { Clock } from "../clock/clock.ts";
import type { PodCpu } from "../controllers/autoscaler/autoscaler-controller.ts";
import { startControllers } from "../controllers/start-controllers.ts";
import { createApiHandler } from "../http/api-handler.ts";
import { textAt } from "../json.ts";
import { type Objects, openObjects } from "../open-objects.ts";
import { unauthorized } from "../status.ts";
import type { StoreSnapshot } from "../store/object-store.ts";
import { type ContainerScript, pullOf, runOf } from "./container-script.ts";
import { inProcessApi, type SimulatedTransport, simulatedToken } from "./in-process-api.ts";
import { seededRandom, seededUuid, seedOf } from "./seeded-random.ts";

export interface SimulatedNode {
  readonly name: string;
  readonly capacity?: Partial<NodeCapacity>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

export interface SimulatedClusterOptions {
  readonly name: string;
  /** Virtual, and shared with everything else that takes part. */
  readonly clock: Clock;
  /** Decides names and uids; 1 by default. */
  readonly seed?: number;
  /** Two by default, with 8 cores, 32 GiB and room for 110 pods each. */
  readonly nodes?: readonly SimulatedNode[];
  /** How containers behave; `play` adds to them. */
  readonly scripts?: readonly ContainerScript[];
  /** Programs that decide by themselves, for containers that no script describes. */
  readonly program?: NonNullable<SimulatedRuntimeOptions["program"]>;
  /** How failing containers and pulls wait; as the embedded cluster by default. */
  readonly backOff?: BackOffTimes;
  /** Of which objects `managedFields` tell; by default of those that clients write, which saves half of the time. */
  readonly ownership?: "all" | "by-clients";
  /** What pods use, for autoscalers. */
  readonly cpuOf?: PodCpu;
  /** Told of each stored change: one line of time, version, type, kind, name and uid. Equal seeds give equal lines. */
  readonly trace?: (line: string) => void;
}

/** The objects, controllers, scheduler and API of a minicluster in this process, with nodes whose containers play scripts. */
export interface SimulatedCluster {
  readonly name: string;
  /** The API, without sockets; its caller may do everything unless the request says who he is. */
  readonly send: SimulatedTransport;
  /** What is stored: for looking, and for others who change things behind the caller's back. */
  readonly objects: Objects;
  /** From now on containers that fit the script behave like that. */
  play(script: ContainerScript): void;
  /** Ends a pod's running containers as a crash does. */
  crash(pod: { readonly namespace: string; readonly name: string }, exit: ContainerExit): void;
  /** Breaks all connections off; the API goes on. */
  cut(): void;
  /** A backup of the store, for `restore`. */
  backup(): StoreSnapshot;
  /** Puts the objects of that moment back, with their versions; connections break off, and pods that run go on. */
  restore(backup: StoreSnapshot): void;
  /** What went wrong in controllers and nodes that should not have. */
  readonly errors: readonly string[];
  /** Stops everything at once. Time must go on for pods that are slow to end. */
  stop(): Promise<void>;
}

/** Changes that watches and lists can go back to: enough for any of them, and few enough to keep. */
const historyLimit = 2_000;

/** Starts a cluster that takes no time but the clock's, and repeats itself exactly. */
export function startSimulatedCluster(options: SimulatedClusterOptions): SimulatedCluster {
  const { name, clock, trace } = options;
  const random = seededRandom(seedOf(options.seed ?? 1, name));
  const objects = openObjects({
    clock,
    random,
    newUid: () => seededUuid(random),
    ownership: options.ownership ?? "by-clients",
    historyLimit,
  });
  const scripts = [...(options.scripts ?? [])];
  const errors: string[] = [];
  const onError = (message: string): void => void errors.push(message);
  let serial = 0;

  if (trace !== undefined) {
    objects.store.onChange(({ version, type, resource, object }) => {
      const of = (field: string): string => textAt(object, "metadata", field);
      trace(`${clock.now()} ${name} ${version} ${type} ${resource} ${of("namespace")}/${of("name")} ${of("uid")}`);
    });
  }

  const nodes = (options.nodes ?? [{ name: "node-a" }, { name: "node-b" }]).map((node) => {
    const runtime = createSimulatedRuntime({
      clock,
      nextSerial: () => ++serial,
      ...(options.program === undefined ? {} : { program: options.program }),
      image: (image) => pullOf(scripts, image, node.name),
      container(request) {
        const { namespace, name: pod } = request.pod;
        const found = objects.get({ resource: "pods", namespace, name: pod });
        return runOf(scripts, request, found !== undefined && isPod(found) ? found : undefined, node.name);
      },
    });
    const { name: own, capacity, taints } = node;
    const spec = taints === undefined ? undefined : { taints };
    const { backOff } = options;
    const agent = startSimulatedNode({ name: own, objects, clock, runtime, capacity, spec, backOff, onError });
    return { runtime, agent };
  });

  const tokens = lazyTokens(objects, clock);
  const stopControllers = startControllers(
    objects,
    clock,
    onError,
    { certificate: "simulated", tokenFor: (account, secret) => tokens().forSecret(account, secret) },
    options.cpuOf,
  );
  const api = inProcessApi(
    createApiHandler({
      objects,
      clock,
      logs: podLogs(objects, (id, of, signal) =>
        nodes.map(({ runtime }) => runtime.readLog(id, of, signal)).find(Boolean),
      ),
      tokens: {
        request: (...of) => tokens().request(...of),
        forSecret: (...of) => tokens().forSecret(...of),
        userOf: (...of) => tokens().userOf(...of),
      },
      userOf: (authorization) => userOf(authorization, tokens),
    }),
  );

  return {
    name,
    objects,
    errors,
    send: api.send,
    cut: api.cut,
    play: (script) => void scripts.push(script),
    crash({ namespace, name: pod }, exit) {
      for (const { runtime } of nodes) runtime.crash({ namespace, name: pod }, exit);
    },
    backup: () => objects.store.snapshot(),
    restore(backup) {
      api.cut();
      objects.store.restore(backup);
      clock.after(0, () => {
        for (const { agent } of nodes) agent.refresh();
      });
    },
    async stop() {
      api.cut();
      stopControllers();
      await Promise.all(nodes.map(({ agent }) => agent.stop({ graceMilliseconds: 0 })));
      objects.close();
    },
  };
}

/** Few runs need a service account's token, and its key takes a while to make. */
function lazyTokens(objects: Objects, clock: Clock): () => ServiceAccountTokens {
  let made: ServiceAccountTokens | undefined;
  return () => {
    made ??= serviceAccountTokens(objects.store, serviceAccountKeys(), clock);
    return made;
  };
}

function userOf(authorization: string | undefined, tokens: () => ServiceAccountTokens): User {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (authorization === undefined || authorization === "") return anonymous;
  if (token === simulatedToken) return admin;
  const user = tokens().userOf(token ?? "");
  if (user === undefined || typeof user === "string") throw unauthorized();
  return user;
}
