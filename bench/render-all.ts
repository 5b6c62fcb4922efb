import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { releaseName, render } from "@fairway/manifests";
import { emptyProfile, parseProfile, settingsFor } from "@fairway/spec";
import { openStore } from "@fairway/store";
import type { Environment } from "../apps/server/src/clusters/environments.ts";
import { previewProfile } from "../apps/server/src/profile/preview-profile.ts";
import { readSource } from "../apps/server/src/releases/read-source.ts";
import { releaseInputs } from "../apps/server/src/releases/release-inputs.ts";
import type { Scope } from "../test/e2e/platform.ts";
import type { Row } from "./measure.ts";

const services = 5_000;
/** Of services that are stored at once. */
const page = 250;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const at = "2026-11-27T00:00:00.000Z";

const environment: Environment = {
  name: "prod",
  clusters: ["alpha", "beta"].map((name) => ({
    record: {
      ...{ name, environment: "prod", embedded: false, kubeconfig: name, context: undefined, gateway: undefined },
      addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
      lost: undefined,
      retiring: undefined,
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
  await (await openStore({ directory: folder })).close();
  await fill(folder);
  const store = await openStore({ directory: folder });
  scope.after(() => store.close());

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

/** As many deploys leave it behind, in pages past the store's ports: one by one they would take minutes. */
async function fill(folder: string): Promise<void> {
  const database = await PGlite.create({ dataDir: path.join(folder, "data") });
  for (let from = 0; from < services; from += page) {
    const numbers = Array.from({ length: Math.min(page, services - from) }, (_, at) => from + at);
    const releases = JSON.stringify(await Promise.all(numbers.map(releaseOf)));
    await database.query(
      `insert into services (name, number) select service, number from jsonb_to_recordset($1) as row(service text, number int)`,
      [releases],
    );
    await database.query(
      `insert into releases
         (name, service, environment, namespace, profile, inputs, objects, source, profile_version, created_at, actor, available)
       select name, service, 'prod', service, profile, inputs, objects, source, '1', now(), 'admin', true
       from jsonb_to_recordset($1)
         as row(name text, service text, profile jsonb, inputs jsonb, objects jsonb, source jsonb)`,
      [releases],
    );
    await database.query(
      `insert into active (environment, service, release, slot)
       select 'prod', service, name, 'a' from jsonb_to_recordset($1) as row(service text, name text)`,
      [releases],
    );
  }
  await database.close();
}

async function releaseOf(number: number) {
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
  return {
    ...{ name: releaseName(inputs, sha256), service, number: number + 1 },
    profile: {
      ...{ description: "", kind: read.spec.kind, owner: read.spec.owner, engine: "node", replicas: 2 },
      ...{ dependencies: read.spec.dependencies.map((one) => one.name), env: read.spec.env },
    },
    ...{ source, inputs, objects: render(inputs, sha256) },
  };
}
