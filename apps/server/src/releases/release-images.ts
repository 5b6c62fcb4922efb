import type { Registries, RegistryRecord } from "@fairway/catalog";
import { parseImageReference } from "@fairway/images";
import { baseImage, type ClusterFacts, commandOf, type ResolvedImage } from "@fairway/manifests";
import type { ProfileSettings, ServiceSpec } from "@fairway/spec";
import type { Environment } from "../clusters/environments.ts";
import { exclusiveBy } from "../exclusive.ts";
import { Refusal } from "../http/refusal.ts";
import type { AccessOf, ImageClient, ImagePush, PushedImage } from "../images/image-client.ts";
import { withRegistry } from "../images/registry-refusal.ts";
import { accessBy, hostOf, openAccess, type RegistryFiles } from "../registries/registry-files.ts";
import { unpackedImage } from "./unpacked-image.ts";

/** What runs in each cluster, and how it came to be that. */
export interface ReleaseImages {
  /** By the cluster's name. */
  readonly clusters: ReadonlyMap<string, Pick<ClusterFacts, "image" | "pullSecret">>;
  readonly ready?: ResolvedImage;
  readonly base?: ResolvedImage;
  /** The image that was made of the snapshot; undefined where no cluster needs one. */
  readonly pushed?: PushedImage;
  /** For people; nothing is wrong. */
  readonly warnings: readonly string[];
}

export interface ImagesRequest {
  readonly environment: Environment;
  readonly spec: ServiceSpec;
  /** The profile's, for the whole environment. */
  readonly settings: Pick<ProfileSettings, "bases" | "images">;
  /** `sha256:<hex>`, on this server; undefined: none was sent. */
  readonly snapshot: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: ImagePush["onProgress"];
}

/**
 * Finds, and where it must makes and pushes, what a release runs in each cluster of its environment. Asked twice it does
 * the same and sends nothing the second time. Throws `Refusal`.
 */
export type ImagesOf = (request: ImagesRequest) => Promise<ReleaseImages>;

/** Milliseconds for what is only asked of a registry. */
const askLimit = 60_000;
/** Milliseconds for making and pushing an image, its base fetched from another registry included. */
const pushLimit = 30 * 60_000;

export function releaseImages(options: {
  readonly registries: Registries;
  readonly files: Pick<RegistryFiles, "read">;
  readonly client: ImageClient;
  /** Where the tar of a snapshot lies. */
  readonly snapshotPath: (digest: string) => string;
}): ImagesOf {
  const { registries, files, client } = options;
  const inTurn = exclusiveBy();

  const accessOf = async (
    registry: RegistryRecord | undefined,
    settings: ImagesRequest["settings"],
  ): Promise<AccessOf> =>
    registry === undefined ? openAccess(settings) : accessBy(registry, await files.read(registry), settings);
  /** Credentials of nodes are for the registry itself; whatever else they pull must be open. */
  const needsPullSecret = (registry: RegistryRecord | undefined, reference: string): boolean =>
    registry?.files.pullDockerConfig === true && parseImageReference(reference).registry === hostOf(registry.prefix);

  const readyImage = async (
    asked: string,
    { environment, settings, signal }: ImagesRequest,
  ): Promise<ReleaseImages> => {
    const embedded = environment.clusters.filter(({ record }) => record.embedded).map(({ record }) => record.name);
    if (embedded.length > 0) throw notRunnable(embedded);
    const registry = await registries.of(environment.name);
    const access = await accessOf(registry, settings);
    const { reference, bytes } = await withRegistry(() =>
      client.resolve(asked, { access, signal, deadline: askLimit }),
    );
    const facts = { image: reference, pullSecret: needsPullSecret(registry, reference) };
    return {
      clusters: new Map(environment.clusters.map(({ record }) => [record.name, facts])),
      ready: { asked, reference },
      warnings: sizeWarnings(asked, bytes, settings),
    };
  };

  const builtImage = async (snapshot: string, request: ImagesRequest): Promise<ReleaseImages> => {
    const { environment, spec, settings, signal } = request;
    const unpacked = { image: unpackedImage(spec.name, snapshot), pullSecret: false };
    if (environment.clusters.every(({ record }) => record.embedded))
      return { clusters: new Map(environment.clusters.map(({ record }) => [record.name, unpacked])), warnings: [] };
    const registry = await registries.of(environment.name);
    if (registry === undefined) throw registryMissing(environment);
    const asked = baseImage(spec, registry.bases, settings);
    if (asked === undefined) throw baseMissing(spec, registry);
    const access = await accessOf(registry, settings);
    const target = `${registry.prefix}/${spec.name}`;
    // Two at a time would send the same layers twice.
    return inTurn(target, async () => {
      signal.throwIfAborted();
      const base = await withRegistry(() => client.resolve(asked, { access, signal, deadline: askLimit }));
      const pushed = await withRegistry(() =>
        client.push({
          snapshot: { path: options.snapshotPath(snapshot), digest: snapshot },
          base: base.reference,
          target,
          command: commandOf(spec),
          args: spec.run.args,
          onProgress: request.onProgress ?? (() => {}),
          ...{ access, signal, deadline: pushLimit },
        }),
      );
      const facts = { image: pushed.reference, pullSecret: needsPullSecret(registry, pushed.reference) };
      return {
        clusters: new Map(environment.clusters.map(({ record }) => [record.name, record.embedded ? unpacked : facts])),
        base: { asked, reference: base.reference },
        pushed,
        warnings: sizeWarnings(spec.name, pushed.bytes, settings),
      };
    });
  };

  return async (request) => {
    const { image } = request.spec.build;
    if (image !== undefined) return readyImage(image, request);
    if (request.snapshot !== undefined) return builtImage(request.snapshot, request);
    throw new Refusal({
      status: 422,
      code: "snapshot-missing",
      title: "The release needs a snapshot",
      detail: "app.toml names no ready image, and no snapshot was sent with it",
      hint: "upload one first; fairway deploy does",
    });
  };
}

function sizeWarnings(what: string, bytes: number, { images }: ImagesRequest["settings"]): readonly string[] {
  const limit = images.warningBytes;
  if (bytes <= limit) return [];
  const mebibytes = (count: number) => `${Math.ceil(count / 1024 ** 2)} MiB`;
  return [
    `the image of ${what} has ${mebibytes(bytes)}, more than ${mebibytes(limit)}: every node pulls that before it starts one; a smaller base or [build] exclude helps`,
  ];
}

function notRunnable(clusters: readonly string[]): Refusal {
  return new Refusal({
    status: 422,
    code: "image-not-runnable",
    title: "Embedded clusters cannot run ready images",
    detail: `${clusters.join(", ")} ${clusters.length === 1 ? "runs" : "run"} processes of this machine, not containers`,
    hint: "deploy to an environment whose clusters are all registered (fairway cluster add), or let the service be built: take [build] image out",
  });
}

/** No registry of the environment is known to push to. */
export function registryMissing({ name, clusters }: Environment): Refusal {
  const registered = clusters.filter(({ record }) => !record.embedded).map(({ record }) => record.name);
  return new Refusal({
    status: 422,
    code: "registry-missing",
    title: `${name} has no registry`,
    detail: `${registered.join(", ")} ${registered.length === 1 ? "runs" : "run"} images, which have to be pushed to a registry`,
    hint: `fairway registry add main HOST/PATH --env ${name} --docker-config FILE`,
  });
}

/** Nobody names the image that the engine stands on. */
export function baseMissing({ engine }: ServiceSpec, registry: RegistryRecord): Refusal {
  return new Refusal({
    status: 422,
    code: "base-image-missing",
    title: `There is no image for the engine ${engine.name} to stand on`,
    hint: `name one in app.toml under [build]: base = "...", or for all: fairway registry add ${registry.name} ${registry.prefix} --env ${registry.environment} --base ${engine.name}=...`,
  });
}
