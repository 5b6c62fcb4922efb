import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { connectCluster, makeAccount } from "@fairway/kube";
import { type ReleaseInputs, releaseName, render } from "@fairway/manifests";
import { type Clock, createEngine, type RolloutEvent, type RolloutView, type StoredRelease } from "@fairway/rollout";
import { memoryJournal } from "@fairway/rollout/testing";
import { builtinProfile, type ProfileSettings, parseAppToml, specFor } from "@fairway/spec";
import type { KubernetesCluster } from "./harness/start-kubernetes.ts";

const environment = "prod";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => pause(milliseconds, undefined, signal === undefined ? {} : { signal }),
};

export interface Deployer {
  /** Rolls the file out and waits for the end. */
  deploy(appToml: string, profile?: Partial<ProfileSettings>): Promise<RolloutView>;
  close(): Promise<void>;
}

/** Of somebody who may do everything, for who comes in by addresses that the API's certificate does not have. */
export function kubeconfigOf(cluster: KubernetesCluster): string {
  const admin: { clusters: { cluster: Record<string, unknown> }[] } = JSON.parse(cluster.kubeconfig);
  for (const one of admin.clusters) one.cluster["tls-server-name"] = "kubernetes";
  return JSON.stringify(admin);
}

/**
 * The renderer and the rollout engine on one real cluster, with an account of the rights that we document; releases and the journal
 * are in memory.
 *
 * @param image what all services run
 */
export async function startDeployer(cluster: KubernetesCluster, image: string): Promise<Deployer> {
  const kubeconfig = await makeAccount({ name: cluster.name, kubeconfig: kubeconfigOf(cluster) });
  const connected = await connectCluster({ name: cluster.name, kubeconfig });
  const releases = new Map<string, StoredRelease>();
  const journal = memoryJournal<RolloutEvent>(clock);
  const engine = createEngine({
    journal,
    clusters: () => [connected],
    releases: { get: async (name) => releases.get(name) },
    traffic: { drain: async () => undefined, restore: async () => undefined },
    clock,
    owner: "test",
    log: (message) => console.error(message),
  });
  let asked = 0;
  return {
    async deploy(appToml, profile = {}) {
      const inputs = inputsOf(appToml, { ...builtinProfile, ...profile }, cluster.name, image);
      const name = releaseName(inputs, sha256);
      const { namespace } = inputs;
      const service = inputs.spec.name;
      releases.set(name, { name, service, environment, namespace, objects: render(inputs, sha256) });
      asked += 1;
      const from = (await journal.active(environment, service))?.release;
      const request = {
        environment,
        service,
        from,
        to: name,
        strategy: "rolling",
        kind: "deploy",
        actor: "t",
      } as const;
      const { number } = await engine.submit(request, String(asked));
      for (;;) {
        const view = await engine.view(number);
        if (view !== undefined && ["succeeded", "failed", "refused"].includes(view.status)) return view;
        await pause(100);
      }
    },
    async close() {
      await engine.stop();
      connected.close();
    },
  };
}

function inputsOf(appToml: string, profile: ProfileSettings, cluster: string, image: string): ReleaseInputs {
  const parsed = parseAppToml(appToml);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const spec = specFor(parsed.value, environment);
  const addressTemplate = "http://{service}.{namespace}.svc.cluster.local";
  return {
    environment,
    spec,
    namespace: spec.name,
    ready: { asked: image, reference: image },
    clusters: [{ name: cluster, addressTemplate, image, pullSecret: false, lead: true, profile }],
    numbers: { [spec.name]: 1 },
    namespaces: {},
    extras: [],
  };
}
