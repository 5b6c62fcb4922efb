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
import type { NodeCapacity } from "../agent/node-object.ts";
import { startSimulatedNode } from "../agent/simulated/simulated-node.ts";
import {
  createSimulatedRuntime,
  type SimulatedRuntime,
  type SimulatedRuntimeOptions,
} from "../agent/simulated/simulated-runtime.ts";
import type { PodCpu } from "../controllers/autoscaler/autoscaler-controller.ts";
import { startControllers } from "../controllers/start-controllers.ts";
import { type Objects, openObjects } from "../open-objects.ts";

/** All controllers, the scheduler and one node whose containers play scripts, in virtual time, without sockets and files. */
export interface TestCluster {
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

export interface TestClusterOptions extends Omit<SimulatedRuntimeOptions, "clock"> {
  readonly capacity?: NodeCapacity;
  /** What pods use, for autoscalers. */
  readonly cpuOf?: PodCpu;
}

export const NAMESPACE = "shop";

export function startTestCluster(options: TestClusterOptions = {}): TestCluster {
  const clock = virtualClock(Date.UTC(2030, 0, 1));
  const objects = openObjects({ clock });
  const runtime = createSimulatedRuntime({ ...options, clock });
  const errors: string[] = [];
  const onError = (message: string): void => {
    errors.push(message);
  };
  objects.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const capacity = { memory: 8 * 2 ** 30, ...options.capacity };
  const node = startSimulatedNode({ name: "node-a", objects, clock, runtime, capacity, onError });
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
      const stopped = node.stop({ graceMilliseconds: 0 });
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
