/** Two real clusters with nodes, the engine over both, and constant requests to services in each: for what happens to them in the middle of rollouts. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ConnectedCluster, connectCluster, makeAccount } from "@fairway/kube";
import type { Limits, Phase } from "@fairway/rollout";
import { interceptCluster } from "@fairway/rollout/testing";
import { constantRequests } from "../traffic/answering.ts";
import { type Rollouts, startRollouts } from "../traffic/rollouts.ts";
import { type Kubernetes, type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { kubeconfigOf } from "./rendered.ts";
import { serviceTarget } from "./service-target.ts";
import { show } from "./show.ts";

export interface TwoClusters {
  readonly kubernetes: Kubernetes;
  /** The first one is the lead, and the one that things are done to. */
  readonly a: KubernetesCluster;
  readonly b: KubernetesCluster;
  readonly rollouts: Rollouts;
  /** Holds the service's rollout at its first call to the first cluster in this phase. */
  hold(service: string, phase: Phase): Held;
  /** What pods wait for before they begin. */
  gate(): Promise<Gate>;
  /** Runs under constant requests to these services, in both clusters unless told; no request may fail. */
  under(services: readonly string[], work: () => Promise<void>, where?: readonly KubernetesCluster[]): Promise<void>;
}

export interface Held {
  readonly reached: Promise<void>;
  letGo(): void;
}

export interface Gate {
  readonly url: string;
  /** How many wait. */
  waiting(): number;
  open(): void;
}

interface Scope {
  after(work: () => Promise<void>): void;
}

/** To each service in each cluster. */
const perSecond = 10;

export async function startTwoClusters(scope: Scope, limits: Partial<Limits>): Promise<TwoClusters> {
  const kubernetes = await startKubernetes(scope, { clusters: 2, kubelet: true });
  const [a, b] = kubernetes.clusters;
  assert.ok(a && b);
  const held = new Map<string, Held & { readonly phase: Phase; arrived(): void; readonly gone: Promise<void> }>();
  const connected: ConnectedCluster[] = [];
  const places = await Promise.all(
    [a, b].map(async (real) => {
      // The rights that we document are enough.
      const kubeconfig = await makeAccount({ name: real.name, kubeconfig: kubeconfigOf(real) });
      const cluster = await connectCluster({
        name: real.name,
        kubeconfig,
        deadlineMilliseconds: 4_000,
        probeMilliseconds: 1_000,
      });
      connected.push(cluster);
      const hooks = {
        async before({ namespace, method }: { readonly namespace?: string; readonly method: string }) {
          const one = real === a && method !== "follow" ? held.get(namespace ?? "") : undefined;
          if (one === undefined || (await rollouts.phaseOf(namespace ?? "")) !== one.phase) return;
          one.arrived();
          await one.gone;
        },
      };
      return {
        cluster: interceptCluster(cluster, { before: hooks.before }),
        image: kubernetes.nodeImage,
        addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
      };
    }),
  );
  const rollouts = startRollouts(places, limits);
  scope.after(async () => {
    await rollouts.stop();
    for (const one of connected) one.close();
  });
  const host = kubernetes.registry.replace(/:\d+$/, "");

  return {
    kubernetes,
    a,
    b,
    rollouts,
    hold(service, phase) {
      const { promise: reached, resolve: arrived } = Promise.withResolvers<void>();
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      const letGo = () => {
        held.delete(service);
        resolve();
      };
      const one = { phase, reached, arrived, gone, letGo };
      held.set(service, one);
      return one;
    },
    async gate() {
      const answers = new Set<() => void>();
      let isOpen = false;
      const server = createServer((_, response) => {
        const answer = () => void response.end();
        if (isOpen) answer();
        else answers.add(answer);
        response.once("close", () => answers.delete(answer));
      });
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      scope.after(async () => {
        server.close();
        server.closeAllConnections();
      });
      const { port } = server.address() as AddressInfo;
      return {
        url: `http://${host}:${port}/`,
        waiting: () => answers.size,
        open() {
          isOpen = true;
          for (const answer of answers) answer();
        },
      };
    },
    async under(services, work, where = [a, b]) {
      const targets = await Promise.all(
        where.flatMap((cluster) =>
          services.map(async (service) => ({
            name: `${service} in ${cluster.name}`,
            ...(await serviceTarget(cluster, service)),
          })),
        ),
      );
      const loads = targets.map((target) => ({ ...target, load: constantRequests(target, perSecond) }));
      const stop = () => Promise.all(loads.map(async ({ name, load }) => ({ name, ...(await load.stop()) })));
      try {
        await work();
      } catch (error) {
        await stop();
        throw error;
      }
      for (const { name, failed, answers } of await stop()) {
        show(`${name}: ${JSON.stringify(answers)}`);
        assert.deepEqual(failed, [], name);
        assert.ok(Object.keys(answers).length > 0, name);
      }
    },
  };
}
