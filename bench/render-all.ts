import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { releaseName, render } from "@fairway/manifests";
import { emptyProfile, parseProfile, settingsFor } from "@fairway/spec";
import { openStore, type Store } from "@fairway/store";
import { previewProfile } from "../apps/server/src/profile/preview-profile.ts";
import { readSource } from "../apps/server/src/releases/read-source.ts";
import { releaseInputs } from "../apps/server/src/releases/release-inputs.ts";
import type { Environment } from "../apps/server/src/resources/environments.ts";
import type { Scope } from "../test/e2e/platform.ts";
import type { Row } from "./measure.ts";

const services = 5_000;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const at = "2026-11-27T00:00:00.000Z";

const environment: Environment = {
  name: "prod",
  clusters: ["alpha", "beta"].map((name) => ({
    record: {
      ...{ name, environment: "prod", embedded: false, kubeconfig: name, context: undefined, gateway: undefined },
      addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
      createdAt: at,
    },
    ...{ link: undefined, trouble: undefined, stopped: false },
  })),
};

/**
 * What another profile would change for every service of an environment with two clusters, out of a store: each
 * release's source is read, rendered and compared with what is stored. Its peer only reads the releases, page by page.
 */
export async function renderAll(scope: Scope): Promise<Row> {
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const store = await openStore({ directory: folder });
  scope.after(() => store.close());
  for (let number = 0; number < services; number += 1) await deploy(store, number);

  const other = parseProfile('[labels]\n"example.com/team" = "{owner}"\n');
  if (!other.ok) throw new Error(other.issues.map(({ message }) => message).join("\n"));
  const begin = performance.now();
  let changed = 0;
  const events = previewProfile(
    {
      profile: other.value,
      environments: [environment],
      environmentNames: ["prod"],
      signal: AbortSignal.timeout(600_000),
    },
    store,
  );
  for await (const event of events) if (event.type === "end") changed = event.changed;
  const milliseconds = performance.now() - begin;
  if (changed !== services) throw new Error(`${changed} of ${services} services would change`);

  const again = performance.now();
  const names = await store.releases.activeServices("prod");
  for (let from = 0; from < names.length; from += 50)
    await store.releases.activeOf("prod", names.slice(from, from + 50));
  return {
    what: `render --all --diff, ${services.toLocaleString("en")} services`,
    milliseconds,
    peer: "to read them from the store",
    peerMilliseconds: performance.now() - again,
    bound: "30 s",
  };
}

async function deploy(store: Store, number: number): Promise<void> {
  const service = `service-${number}`;
  const source = {
    appToml: `name = "${service}"
owner = "team-${number % 20}"
replicas = 2
[engine]
name = "node"
[health]
ready = "/ready"
[env]
LOG_LEVEL = "info"
NUMBER = ${number}
[[dependencies]]
name = "service-${(number + 1) % services}"
`,
    kubernetes: {},
  };
  const read = await readSource({ environment: "prod", environmentNames: ["prod"], source });
  const image = { image: `registry.example.com/${service}@sha256:${"0".repeat(64)}`, pullSecret: false };
  const images = { clusters: new Map(environment.clusters.map(({ record }) => [record.name, image])) };
  const inputs = await releaseInputs(
    { environment, read, images },
    { settings: (place) => settingsFor(emptyProfile, place), numbers: async () => ({}) },
  );
  const name = releaseName(inputs, sha256);
  await store.services.ensure(service);
  await store.releases.put({
    ...{ name, service, environment: "prod", namespace: inputs.namespace, snapshot: undefined },
    profile: {
      ...{ description: "", kind: read.spec.kind, owner: read.spec.owner, engine: "node", replicas: 2 },
      ...{ dependencies: read.spec.dependencies.map((one) => one.name), env: read.spec.env },
    },
    ...{ source, profileVersion: "1", inputs, objects: render(inputs, sha256), createdAt: at },
    ...{ actor: "admin", available: true },
  });
  const journal = store.journal<string>();
  const rollout = {
    service,
    from: undefined,
    to: name,
    environment: "prod",
    strategy: "rolling",
    kind: "deploy",
  } as const;
  const { number: started } = await journal.create({ ...rollout, actor: "admin" }, service);
  const lease = await journal.acquire("prod", service, "bench", 60_000);
  if (lease === undefined) throw new Error(`${service} is being rolled out`);
  await journal.finish(started, 0, "end", lease, {
    ...{ status: "succeeded", active: { release: name, slot: "a" }, reason: undefined, converging: [] },
  });
  await journal.release(lease);
}
