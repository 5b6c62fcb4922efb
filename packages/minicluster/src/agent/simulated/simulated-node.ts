import type { Node } from "@fairway/objects";
import type { Clock } from "../../clock/clock.ts";
import { createEventRecorder } from "../../controllers/event-recorder.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import type { BackOffTimes } from "../back-off.ts";
import { type NodeAgent, startNodeAgent } from "../node-agent.ts";
import { keepNode, type NodeCapacity } from "../node-object.ts";
import type { SimulatedRuntime } from "./simulated-runtime.ts";

export interface SimulatedNodeOptions {
  readonly name: string;
  readonly objects: ObjectsApi;
  readonly clock: Clock;
  readonly runtime: SimulatedRuntime;
  readonly capacity?: Partial<NodeCapacity> | undefined;
  readonly spec?: NonNullable<Node["spec"]> | undefined;
  readonly backOff?: BackOffTimes | undefined;
  readonly onError: (message: string) => void;
}

const defaultCapacity: NodeCapacity = { cpu: 8, memory: 32 * 2 ** 30, pods: 110, disk: 2 ** 40 };

/** A node of the cluster, with its heartbeat, whose containers are the runtime's. */
export function startSimulatedNode(options: SimulatedNodeOptions): Pick<NodeAgent, "stop" | "refresh"> {
  const { name, objects, clock, runtime, backOff, onError } = options;
  const capacity = { ...defaultCapacity, ...options.capacity };
  const stopNode = keepNode(objects, clock, name, capacity, runtime.version, options.spec);
  const agent = startNodeAgent({
    node: name,
    objects,
    clock,
    events: createEventRecorder(objects, clock, { component: "kubelet", host: name }),
    runtime,
    onError,
    ...(backOff === undefined ? {} : { backOff }),
  });
  return {
    refresh: agent.refresh,
    stop(how) {
      stopNode();
      return agent.stop(how);
    },
  };
}
