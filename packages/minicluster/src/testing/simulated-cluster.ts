import assert from "node:assert/strict";
import {
  type Condition,
  type Deployment,
  isDeployment,
  isEvent,
  isPod,
  type KubernetesObject,
  type Pod,
} from "@fairway/objects";
import { type VirtualClock, virtualClock } from "@fairway/rollout/testing";
import { startNodeAgent } from "../agent/node-agent.ts";
import { keepNode, type NodeCapacity } from "../agent/node-object.ts";
import {
  createSimulatedRuntime,
  type SimulatedRuntime,
  type SimulatedRuntimeOptions,
} from "../agent/simulated/simulated-runtime.ts";
import type { PodCpu } from "../controllers/autoscaler/autoscaler-controller.ts";
import { createEventRecorder } from "../controllers/event-recorder.ts";
import { startControllers } from "../controllers/start-controllers.ts";
import { type Objects, openObjects } from "../open-objects.ts";

/** All controllers, the scheduler and one node whose containers play scripts, in virtual time, without sockets and files. */
export interface SimulatedCluster {
  readonly clock: VirtualClock;
  readonly objects: Objects;
  readonly runtime: SimulatedRuntime;
  pods(): readonly Pod[];
  deployment(name: string): Deployment;
  condition(name: string, type: string): Condition | undefined;
  /** Reasons and messages of the Events about objects of a kind. */
  events(kind: string): readonly string[];
  apply(object: KubernetesObject): void;
  /** Fails when something went wrong in a controller that should not have. */
  stop(): Promise<void>;
}

export interface SimulatedClusterOptions extends Omit<SimulatedRuntimeOptions, "clock"> {
  readonly capacity?: NodeCapacity;
  /** What pods use, for autoscalers. */
  readonly cpuOf?: PodCpu;
}

export const NAMESPACE = "shop";

export function startSimulatedCluster(options: SimulatedClusterOptions = {}): SimulatedCluster {
  const clock = virtualClock(Date.UTC(2030, 0, 1));
  const objects = openObjects({ clock });
  const runtime = createSimulatedRuntime({ ...options, clock });
  const errors: string[] = [];
  const onError = (message: string): void => {
    errors.push(message);
  };
  objects.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const capacity = options.capacity ?? { cpu: 8, memory: 8 * 2 ** 30, pods: 110, disk: 2 ** 40 };
  const stopNode = keepNode(objects, clock, "node-a", capacity, runtime.version);
  const agent = startNodeAgent({
    node: "node-a",
    objects,
    clock,
    events: createEventRecorder(objects, clock, { component: "kubelet", host: "node-a" }),
    runtime,
    onError,
  });
  const stopControllers = startControllers(objects, clock, onError, undefined, options.cpuOf);
  return {
    clock,
    objects,
    runtime,
    pods: () => objects.list("pods", { namespace: NAMESPACE }).filter(isPod),
    deployment(name) {
      const found = objects.get({ resource: "deployments", namespace: NAMESPACE, name });
      assert.ok(found && isDeployment(found), `no deployment ${name}`);
      return found;
    },
    condition(name, type) {
      return this.deployment(name).status?.conditions?.find((condition) => condition.type === type);
    },
    events(kind) {
      const all = objects
        .list("events", { namespace: NAMESPACE })
        .filter(isEvent)
        .filter((event) => event.involvedObject?.kind === kind);
      return all.map(({ reason, message }) => `${reason}: ${message}`);
    },
    apply(object) {
      const resource = `${object.kind.toLowerCase()}s`;
      const { name, namespace } = object.metadata;
      const stored = objects.get({ resource, name, ...(namespace === undefined ? {} : { namespace }) });
      if (stored)
        objects.update(resource, { ...stored, ...object, metadata: { ...stored.metadata, ...object.metadata } });
      else objects.create(resource, object);
    },
    async stop() {
      stopControllers();
      stopNode();
      const stopped = agent.stop({ graceMilliseconds: 0 });
      await clock.advance(60_000);
      await stopped;
      objects.close();
      assert.deepEqual(errors, []);
    },
  };
}

/** A Deployment with one container that has a port and a readiness probe. */
export function deployment(
  name: string,
  image: string,
  spec: Partial<NonNullable<Deployment["spec"]>> = {},
  container: Record<string, unknown> = {},
): Deployment {
  const labels = { "fairway.dev/service": name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "app",
              image,
              command: ["node", "."],
              ports: [{ name: "http", containerPort: 8080 }],
              readinessProbe: { tcpSocket: { port: "http" }, periodSeconds: 1 },
              ...container,
            },
          ],
        },
      },
      ...spec,
    },
  };
}
