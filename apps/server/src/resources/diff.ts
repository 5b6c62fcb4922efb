import { setTimeout as pause } from "node:timers/promises";
import type { DeployDiff } from "@fairway/api";
import type { KeptFields, Registries, RolloutIndex } from "@fairway/catalog";
import { placeInSlot, releaseName, render } from "@fairway/manifests";
import {
  type ClusterDiff,
  compareCluster,
  type Journal,
  type NamespaceSecrets,
  plan,
  type Releases,
} from "@fairway/rollout";
import { type ServiceSpec, settingsFor } from "@fairway/spec";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { environmentFor, environments, requireEnvironment } from "../clusters/environments.ts";
import { pooledPort } from "../clusters/pooled-port.ts";
import { withKept } from "../drift/leave-kept.ts";
import type { Handlers } from "../http/handler.ts";
import { checkRelease } from "../releases/check-release.ts";
import { type ReleaseStores, requireSnapshot } from "../releases/create-release.ts";
import { foreseeImages } from "../releases/foresee-images.ts";
import { readSource } from "../releases/read-source.ts";
import type { ImagesOf } from "../releases/release-images.ts";
import { releaseInputs } from "../releases/release-inputs.ts";
import { earlierReleases, sameObjects } from "../releases/same-objects.ts";
import { takeoverWarnings } from "../releases/takeover-warnings.ts";
import { sha256 } from "../sha256.ts";

/** Milliseconds for one cluster to answer everything. */
const reach = 15_000;

interface DiffParts
  extends Pick<ReleaseStores, "services" | "releases" | "active" | "snapshots" | "files" | "profile" | "now"> {
  readonly pool: ClusterPool;
  readonly registries: Registries;
  readonly imagesOf: ImagesOf;
  readonly secrets: NamespaceSecrets;
  readonly journal: Pick<Journal<never>, "active">;
  readonly index: Pick<RolloutIndex, "list">;
  /** The stored releases as the engine reads them. */
  readonly stored: Releases;
  readonly keptFields: Pick<KeptFields, "list">;
}

/** What a deploy would change, asked of all clusters side by side. Writes nothing, here nor there. */
export function diffHandlers(parts: DiffParts): Pick<Handlers, "diff"> {
  const { pool, stored } = parts;
  return {
    diff: async ({ body, signal }) => {
      const asked = requireEnvironment(pool, body.environment);
      const environmentNames = environments(pool).map(({ name }) => name);
      const source = { appToml: body.appToml, kubernetes: body.kubernetes };
      const read = await readSource({ environment: asked.name, environmentNames, source });
      const { spec } = read;
      const active = await parts.journal.active(asked.name, spec.name);
      const running = active === undefined ? undefined : await parts.releases.get(active.release);
      const environment = environmentFor(asked, running);
      const profile = await parts.profile();
      // What a deploy would be refused for, this is.
      const settings = await checkRelease(read, environment, profile, parts.active);
      const snapshot = spec.build.image === undefined ? body.snapshot : undefined;
      if (snapshot !== undefined) await requireSnapshot(snapshot, parts);

      const [newest] = await parts.index.list({ environment: environment.name, service: spec.name, limit: 1 });
      const { images, code, exact } = await foreseeImages(
        { environment, spec, settings, snapshot, running, signal },
        parts,
      );
      const unknown: string[] = [];
      const inputs = await releaseInputs(
        { environment, read, images },
        {
          settings: (place) => settingsFor(profile.profile, place),
          async numbers(names) {
            const known = await parts.services.numbers(names);
            unknown.push(...names.filter((name) => known[name] === undefined && name !== spec.name));
            // A number is given by a deploy.
            return { ...Object.fromEntries(unknown.map((name) => [name, 0])), ...known };
          },
        },
      );
      const name = releaseName(inputs, sha256);
      const { namespace } = inputs;
      const lead = inputs.clusters.find((cluster) => cluster.lead)?.name ?? "";
      // The same inputs are the same release, with the objects that were rendered then.
      const known = exact ? await stored.get(name) : undefined;
      const objects = render(inputs, sha256);
      const place = { service: spec.name, environment: environment.name };
      const sameAs = sameObjects(name, objects, await earlierReleases(parts.releases, running, place));
      // As the engine would read it once it is stored.
      const wanted = known ?? (await withKept({ name, ...place, namespace, objects, sameAs }, parts.keptFields));
      const former = active === undefined ? undefined : await stored.get(active.release);
      const kept = (await stored.kept?.(spec.name, environment.name)) ?? [];
      const whole = plan(
        { number: 0, service: spec.name, environment: environment.name, strategy: "rolling", kind: "deploy" },
        active === undefined || former === undefined ? undefined : { active, release: former },
        { active: { release: name, slot: active?.slot ?? "a" }, release: wanted },
        environment.clusters.map(({ record }) => record.name),
        { place: placeInSlot, kept, namespace },
      );
      const clusters = await Promise.all(
        environment.clusters.map(({ record: { name: cluster } }) => {
          const place = { environment: environment.name, cluster, service: spec.name, namespace };
          const secrets = () => parts.secrets.secretsFor(place);
          return compareCluster(
            pooledPort(pool, cluster),
            whole,
            { clock: clockOf(parts.now), reach, secrets },
            signal,
          );
        }),
      );
      return {
        service: spec.name,
        environment: environment.name,
        ...(active === undefined ? {} : { active: active.release }),
        ...(exact ? { release: name } : {}),
        code,
        notes: [
          ...(newest?.status === "unfinished" ? [`rollout ${newest.number} is under way: what runs is changing`] : []),
          ...notesOf(code, exact, unknown),
          ...wayNotes(spec.deploy, active !== undefined),
          ...takeoverWarnings(inputs, settings),
          ...(spec.migrations === undefined
            ? []
            : [`before pods are replaced, once, in ${lead}: ${spec.migrations.command.join(" ")}`]),
        ],
        clusters: clusters.map(view),
      };
    },
  };
}

function notesOf(code: DeployDiff["code"], exact: boolean, unknown: readonly string[]): string[] {
  return [
    ...(exact || code === "none" ? [] : ["the image will change: it is made and pushed by the deploy"]),
    ...unknown.map((name) => `dependency ${name} is not known yet: a deploy gives it its address`),
  ];
}

/** What is compared is the objects; by which way they take over is said beside. */
function wayNotes({ strategy, steps, switch: turn, waves }: ServiceSpec["deploy"], runs: boolean): string[] {
  const beside = "new pods come up beside the old ones, which go when all is over";
  return [
    ...(strategy === "rolling" || !runs ? [] : [`${strategy}: ${beside}`]),
    ...(strategy === "canary" && runs && steps.some(({ hold }) => hold === undefined)
      ? ["a step without a hold waits for a person: fairway promote"]
      : []),
    ...(strategy === "blue-green" && runs && turn === "by-hand"
      ? ["requests go over when a person says so: fairway promote"]
      : []),
    ...(waves.length > 0 ? [`clusters go in waves: ${waves.map((wave) => wave.join(", ")).join("; then ")}`] : []),
  ];
}

function clockOf(now: () => number) {
  return {
    now,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      pause(milliseconds, undefined, signal === undefined ? {} : { signal }),
  };
}

function view(diff: ClusterDiff): DeployDiff["clusters"][number] {
  return {
    ...diff,
    objects: diff.objects.map((object) => ({
      ...object,
      fields: object.fields.map((field) => ({ ...field })),
      risks: object.risks.map((risk) => ({ ...risk })),
    })),
    problems: diff.problems.map((problem) => ({ ...problem })),
  };
}
