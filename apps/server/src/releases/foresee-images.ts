import type { Registries, RegistryRecord, ReleaseRecord } from "@fairway/catalog";
import { baseImage } from "@fairway/manifests";
import type { ServiceSpec } from "@fairway/spec";
import { z } from "zod";
import type { Environment } from "../clusters/environments.ts";
import {
  baseMissing,
  type ImagesOf,
  type ImagesRequest,
  type ReleaseImages,
  registryMissing,
} from "./release-images.ts";
import { unpackedImage } from "./unpacked-image.ts";

export interface ForeseeRequest {
  readonly environment: Environment;
  readonly spec: ServiceSpec;
  readonly settings: ImagesRequest["settings"];
  /** `sha256:<hex>`; undefined: the code that runs. */
  readonly snapshot: string | undefined;
  /** The active release. */
  readonly running: ReleaseRecord | undefined;
  readonly signal: AbortSignal;
}

/** What a release would run, as far as it can be known before an image is made. */
export interface ForeseenImages {
  readonly images: Pick<ReleaseImages, "clusters" | "ready" | "base">;
  readonly code: "snapshot" | "running" | "image" | "none";
  /** False: the deploy makes another image, whose digest nobody knows yet; `unknownTag` stands for it. */
  readonly exact: boolean;
}

/** Stands where the digest will be. */
const unknownTag = ":made-by-the-deploy";
const noSnapshot = `sha256:${"0".repeat(64)}`;

/** What is known of the inputs of a release, whichever version stored it. */
const inputsShape = z.object({
  clusters: z.array(z.object({ name: z.string(), image: z.string(), pullSecret: z.boolean() })),
  base: z.object({ asked: z.string(), reference: z.string() }).optional(),
  spec: z.object({
    engine: z.object({ name: z.string() }),
    run: z.object({ command: z.array(z.string()).optional(), args: z.array(z.string()) }),
  }),
});
type RunningInputs = z.infer<typeof inputsShape>;

/** As `ImagesOf`, but makes and pushes nothing. Throws `Refusal` for what a deploy would be refused for, too. */
export async function foreseeImages(
  request: ForeseeRequest,
  { registries, imagesOf }: { readonly registries: Registries; readonly imagesOf: ImagesOf },
): Promise<ForeseenImages> {
  const { environment, spec, settings, running } = request;
  // A tag is only looked up.
  if (spec.build.image !== undefined) return { images: await imagesOf(request), code: "image", exact: true };

  const snapshot = request.snapshot ?? running?.snapshot;
  const code = request.snapshot !== undefined ? "snapshot" : snapshot !== undefined ? "running" : "none";
  const unpacked = { image: unpackedImage(spec.name, snapshot ?? noSnapshot), pullSecret: false };
  const registered = environment.clusters.filter(({ record }) => !record.embedded);
  const clusters = new Map(environment.clusters.map(({ record }) => [record.name, unpacked]));
  if (registered.length === 0) return { images: { clusters }, code, exact: snapshot !== undefined };

  const registry = await registries.of(environment.name);
  if (registry === undefined) throw registryMissing(environment);
  const base = baseImage(spec, registry.bases, settings);
  if (base === undefined) throw baseMissing(spec, registry);
  const inputs = inputsShape.safeParse(running?.inputs).data;
  const before =
    snapshot === running?.snapshot && inputs !== undefined && sameImage(inputs, spec, base) ? inputs : undefined;
  let exact = snapshot !== undefined;
  for (const { record } of registered) {
    const known = before?.clusters.filter(({ image }) => isIn(registry, spec, image)) ?? [];
    // A cluster that came since runs what the others run.
    const pushed = known.find(({ name }) => name === record.name) ?? known[0];
    const pullSecret = registry.files.pullDockerConfig;
    exact &&= pushed !== undefined;
    clusters.set(record.name, { image: pushed?.image ?? `${registry.prefix}/${spec.name}${unknownTag}`, pullSecret });
  }
  return { images: { clusters, ...(before?.base === undefined ? {} : { base: before.base }) }, code, exact };
}

/** Whether an image of the same snapshot would be made in the same way. */
function sameImage({ base, spec }: RunningInputs, wanted: ServiceSpec, asked: string): boolean {
  const made = (of: RunningInputs["spec"] | ServiceSpec) =>
    JSON.stringify([of.engine.name, of.run.command, of.run.args]);
  return base?.asked === asked && made(spec) === made(wanted);
}

function isIn(registry: RegistryRecord, { name }: ServiceSpec, image: string): boolean {
  return image.startsWith(`${registry.prefix}/${name}@`);
}
