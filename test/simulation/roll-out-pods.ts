/** Many pods that get a new template, in one simulated cluster and without an engine: what the simulation itself takes. */
import { createHash } from "node:crypto";
import { behaviours, startSimulatedCluster } from "@fairway/minicluster/simulation";
import { type Deployment, isDeployment } from "@fairway/objects";
import { virtualClock } from "@fairway/rollout/testing";

export interface PodRollout {
  /** Of real time, for the change of template alone. */
  readonly milliseconds: number;
  /** Of the processor's time, for the same: what a machine that does much else beside cannot make longer. */
  readonly cpuMilliseconds: number;
  /** Of virtual time, for the same. */
  readonly virtualMilliseconds: number;
  /** Hash of everything that was stored, in order, with times, versions and uids. */
  readonly history: string;
  /** Changes that were stored. */
  readonly changes: number;
}

/** Deployments in namespaces of their own, as Fairway's services are; resolves when all pods are new, ready and alone. */
export async function rollOutPods(deployments: number, replicas: number, seed: number): Promise<PodRollout> {
  const clock = virtualClock();
  const lines: string[] = [];
  const { objects, stop, errors } = startSimulatedCluster({
    name: "alpha",
    clock,
    seed,
    scripts: [{ runs: behaviours.ready(500) }],
    // A hundred pods for each node, and a quarter more while they are replaced.
    nodes: Array.from({ length: Math.ceil((deployments * replicas) / 80) }, (_, index) => ({ name: `node-${index}` })),
    // Hashed at the end: that is no part of what is measured.
    trace: (line) => void lines.push(line),
  });
  const names = Array.from({ length: deployments }, (_, index) => `service-${index}`);
  for (const name of names) {
    objects.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    objects.create("deployments", deploymentOf(name, replicas, 1));
  }
  const isDone = (generation: number) => (): boolean =>
    names.every((name) => {
      const found = objects.get({ resource: "deployments", namespace: name, name });
      const status = found !== undefined && isDeployment(found) ? found.status : undefined;
      const counts = [status?.replicas, status?.updatedReplicas, status?.readyReplicas];
      return status?.observedGeneration === generation && counts.every((count) => count === replicas);
    });
  await clock.run(isDone(1));
  // What the first one still does is not part of the second.
  await clock.advance(60_000);

  const [begin, virtualBegin, changesBefore] = [performance.now(), clock.elapsed(), lines.length];
  const cpuBegin = process.cpuUsage();
  for (const name of names) objects.update("deployments", deploymentOf(name, replicas, 2));
  await clock.run(isDone(2));
  const milliseconds = performance.now() - begin;
  const cpu = process.cpuUsage(cpuBegin);
  const virtualMilliseconds = clock.elapsed() - virtualBegin;
  const changes = lines.length - changesBefore;

  const stopped = stop();
  await clock.advance(60_000);
  await stopped;
  if (errors.length > 0) throw new Error(errors.join("; "));
  const cpuMilliseconds = (cpu.user + cpu.system) / 1_000;
  const history = createHash("sha256")
    .update(`${lines.join("\n")}\n`)
    .digest("hex");
  return { milliseconds, cpuMilliseconds, virtualMilliseconds, changes, history };
}

function deploymentOf(name: string, replicas: number, version: number): Deployment {
  const labels = { "fairway.dev/service": name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "app",
              image: `registry.example.com/team/${name}:${version}`,
              ports: [{ name: "http", containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}
