import type { RegistrySummary } from "@fairway/api";
import type { Registries, RegistryRecord, ReleaseStore } from "@fairway/catalog";
import { parseImageReference } from "@fairway/images";
import { type ProfileSettings, settingsFor } from "@fairway/spec";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { ImageClient } from "../images/image-client.ts";
import { withRegistry } from "../images/registry-refusal.ts";
import type { ReadProfile } from "../profile/current-profile.ts";
import { keptCredentials } from "../registries/kept-credentials.ts";
import { accessBy, type RegistryContent, type RegistryFiles } from "../registries/registry-files.ts";

export interface RegistryResources {
  readonly pool: ClusterPool;
  readonly registries: Registries;
  readonly files: RegistryFiles;
  readonly releases: ReleaseStore;
  readonly images: Pick<ImageClient, "mayPush">;
  readonly profile: ReadProfile;
  readonly now: () => number;
  /** One change at a time: files and record of a registry belong together. */
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
}

type RegistryRoutes = "listRegistries" | "putRegistry" | "removeRegistry";

/** How long a registry may take to answer while somebody waits for it, in milliseconds. */
const checkLimit = 25_000;
/** Stands for a service's name; nothing is pushed to it. */
const sample = "fairway-check";

export function registryHandlers(resources: RegistryResources): Pick<Handlers, RegistryRoutes> {
  const { pool, registries, files, releases, images, profile, now, exclusively } = resources;

  /** Services whose pods are, or may be, made of the registry's images. */
  const usersOf = async ({ environment }: RegistryRecord): Promise<readonly string[]> => {
    const registered = requireEnvironment(pool, environment).clusters.filter(({ record }) => !record.embedded);
    return Object.entries(await releases.active(environment))
      .filter(([, { objects }]) => registered.some(({ record }) => Object.hasOwn(objects, record.name)))
      .map(([service]) => service);
  };

  return {
    listRegistries: async () => ({ items: (await registries.list()).map(summary) }),
    putRegistry: ({ params, body, signal }) =>
      exclusively(async () => {
        const environment = requireEnvironment(pool, body.environment).name;
        const name = params.registry;
        const [known, other] = await Promise.all([registries.get(name), registries.of(environment)]);
        refuseSecond(name, environment, known, other);
        const prefix = readPrefix(body.prefix);
        const bases = Object.fromEntries(Object.entries(body.bases).filter(([, base]) => base !== undefined));
        const place = { environment, cluster: undefined, service: "" };
        const settings = settingsFor((await profile()).profile, place);
        const content = contentOf(prefix, bases, settings, body);
        const record: RegistryRecord = {
          name,
          environment,
          prefix,
          plainHttp: body.plainHttp,
          files: {
            dockerConfig: content.dockerConfig !== undefined,
            pullDockerConfig: content.pullDockerConfig !== undefined,
            certificateAuthority: content.certificateAuthority !== undefined,
          },
          bases,
          createdAt: new Date(now()).toISOString(),
        };
        const access = accessBy(record, content, settings);
        await withRegistry(() => images.mayPush(`${prefix}/${sample}`, { access, signal, deadline: checkLimit }));
        await files.write(name, content);
        await registries.put(record);
        return { ...summary(record), replaced: known !== undefined };
      }),
    removeRegistry: ({ params }) =>
      exclusively(async () => {
        const record = await registries.get(params.registry);
        if (record === undefined)
          throw notFound(`there is no registry ${params.registry}`, "see them all: fairway registries");
        const isServed = pool.list().some((cluster) => cluster.record.environment === record.environment);
        const users = isServed ? await usersOf(record) : [];
        if (users.length > 0) {
          throw new Refusal({
            status: 409,
            code: "registry-in-use",
            title: `${record.name} has the images of ${users.length === 1 ? "1 service" : `${users.length} services`}`,
            detail: users.slice(0, 20).join(", "),
            hint: `remove them first, or put another one in its place: fairway registry add ${record.name} <prefix> --env ${record.environment}`,
          });
        }
        await registries.remove(record.name);
        await files.remove(record.name);
        return undefined;
      }),
  };
}

function summary({ name, environment, prefix, plainHttp, files, bases, createdAt }: RegistryRecord): RegistrySummary {
  return {
    ...{ name, environment, prefix, plainHttp, bases: { ...bases }, createdAt },
    credentials: files.dockerConfig,
    pullCredentials: files.pullDockerConfig,
    certificateAuthority: files.certificateAuthority,
  };
}

/** One registry for each environment, and one environment for each registry. */
function refuseSecond(
  name: string,
  environment: string,
  known: RegistryRecord | undefined,
  other: RegistryRecord | undefined,
): void {
  const exists = (title: string, hint: string) => new Refusal({ status: 409, code: "registry-exists", title, hint });
  if (known !== undefined && known.environment !== environment) {
    throw exists(`${name} is the registry of ${known.environment}`, "take another name");
  }
  if (other !== undefined && other.name !== name) {
    throw exists(
      `${environment} has a registry already: ${other.name}`,
      `to put another one in its place: fairway registry add ${other.name} <prefix> --env ${environment}`,
    );
  }
}

function readPrefix(text: string): string {
  const refuse = (detail: string) =>
    new Refusal({
      status: 422,
      code: "registry-prefix-not-valid",
      title: "This is no place for images",
      detail,
      hint: "give the registry's host and a path, such as registry.example.com/team",
    });
  const prefix = text.replace(/\/+$/, "");
  const { registry, repository, tag, digest } = parsed(`${prefix}/${sample}`, refuse);
  if (`${registry}/${repository}` !== `${prefix}/${sample}` || tag !== undefined || digest !== undefined)
    throw refuse(`${prefix} does not begin with a registry's host`);
  return prefix;
}

function parsed(reference: string, refuse: (detail: string) => Refusal): ReturnType<typeof parseImageReference> {
  try {
    return parseImageReference(reference);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

/** What is kept of what was given. */
function contentOf(
  prefix: string,
  bases: RegistryRecord["bases"],
  profile: Pick<ProfileSettings, "bases">,
  given: {
    readonly dockerConfig?: string | undefined;
    readonly pullDockerConfig?: string | undefined;
    readonly certificateAuthority?: string | undefined;
  },
): RegistryContent {
  const refuse = (detail: string) =>
    new Refusal({
      status: 422,
      code: "image-reference-not-valid",
      title: "A base is no image",
      detail,
      hint: "write an engine and a reference: --base node=registry.example.com/base/node:24",
    });
  const required = `${prefix}/${sample}`;
  // Whatever the engine's version is, host and repository are the same.
  const read = [...Object.values(bases), ...Object.values(profile.bases).map(({ image }) => image)].map((reference) =>
    reference.replaceAll("{version}", "0"),
  );
  for (const reference of read) parsed(reference, refuse);
  const forNodes = given.pullDockerConfig ?? given.dockerConfig;
  return {
    dockerConfig:
      given.dockerConfig === undefined ? undefined : keptCredentials(given.dockerConfig, required, read, "server"),
    pullDockerConfig: forNodes === undefined ? undefined : keptCredentials(forNodes, required, [], "nodes"),
    certificateAuthority: given.certificateAuthority,
  };
}
