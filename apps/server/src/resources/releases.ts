import { setTimeout as pause } from "node:timers/promises";
import type { ImageEvent, Release } from "@fairway/api";
import type { ReleaseRecord } from "@fairway/catalog";
import { z } from "zod";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { environmentFor, environments, requireEnvironment } from "../clusters/environments.ts";
import type { AnyExchange, Handlers, OutgoingEvent } from "../http/handler.ts";
import type { PushProgress } from "../images/image-client.ts";
import { checkRelease } from "../releases/check-release.ts";
import { createRelease, type ReleaseStores, requireSnapshot } from "../releases/create-release.ts";
import { readSource } from "../releases/read-source.ts";
import type { ImagesOf, ReleaseImages } from "../releases/release-images.ts";

interface SourceBody {
  readonly environment?: string | undefined;
  readonly appToml: string;
  readonly kubernetes: Readonly<Record<string, string>>;
}

const mostListed = 100;
/** Milliseconds between two words about the progress of a push. */
const progressEvery = 100;

/** @param exclusively keeps retention from deleting a snapshot between the check for it and the release that needs it */
export function releaseHandlers(
  pool: ClusterPool,
  stores: ReleaseStores,
  imagesOf: ImagesOf,
  exclusively: <T>(task: () => Promise<T>) => Promise<T>,
): Pick<Handlers, "createImage" | "createRelease" | "listReleases"> {
  /** What is asked for, after everything that can be said about it without images. */
  const readBody = async ({ environment: asked, appToml, kubernetes }: SourceBody, about: AnyExchange["about"]) => {
    const whole = requireEnvironment(pool, asked);
    about(whole.name);
    const environmentNames = environments(pool).map(({ name }) => name);
    const source = { appToml, kubernetes };
    const read = await readSource({ environment: whole.name, environmentNames, source });
    about(read.spec.name, whole.name);
    const environment = environmentFor(whole, (await stores.active.of(whole.name))[read.spec.name]);
    const profile = await stores.profile();
    const settings = await checkRelease(read, environment, profile, stores.active);
    return { environment, read, profile, settings };
  };
  const withImages = async (request: Parameters<ImagesOf>[0]): Promise<ReleaseImages> => {
    const { snapshot, spec } = request;
    if (snapshot === undefined || spec.build.image !== undefined) return imagesOf(request);
    await requireSnapshot(snapshot, stores);
    try {
      return await imagesOf(request);
    } catch (error) {
      // Retention may have taken the snapshot of an old release meanwhile: sent again, it stays.
      await requireSnapshot(snapshot, stores);
      throw error;
    }
  };

  return {
    createImage: async ({ body, about, signal }) => {
      const { environment, read, settings } = await readBody(body, about);
      const { spec } = read;
      await requireSnapshot(body.snapshot, stores);
      return imageEvents(signal, (onProgress, until) =>
        withImages({ environment, spec, settings, snapshot: body.snapshot, signal: until, onProgress }),
      );
    },
    // Not under the lock: a push may take minutes.
    createRelease: async ({ body, caller, about, signal }) => {
      const { environment, read, profile, settings } = await readBody(body, about);
      const { snapshot } = body;
      const images = await withImages({ environment, spec: read.spec, settings, snapshot, signal });
      const { release, previous, changes, warnings } = await exclusively(() =>
        createRelease(
          { environment, read, snapshot, images, profile, actor: caller.actor, commit: body.commit },
          stores,
        ),
      );
      about(release.service, release.environment, release.name);
      return {
        release: releaseView(release, previous),
        ...(previous === undefined ? {} : { previous }),
        changes: [...changes],
        warnings: [...images.warnings, ...warnings],
      };
    },
    listReleases: async ({ params, query }) => {
      const environment = requireEnvironment(pool, query.environment).name;
      const [releases, active] = await Promise.all([
        stores.releases.list(params.service, environment, mostListed),
        stores.active.of(environment),
      ]);
      return { items: releases.map((release) => releaseView(release, active[params.service]?.name)) };
    },
  };
}

/** Progress as it comes, the newest only; then the image, where there is one. Ends the push when nobody listens any more. */
async function* imageEvents(
  signal: AbortSignal,
  push: (onProgress: (progress: PushProgress) => void, until: AbortSignal) => Promise<ReleaseImages>,
): AsyncGenerator<OutgoingEvent<ImageEvent>> {
  const left = new AbortController();
  let newest: ImageEvent | undefined;
  let news = Promise.withResolvers<void>();
  let ended = false;
  const work = push(
    (progress) => {
      newest = { type: "progress", ...progress };
      news.resolve();
    },
    AbortSignal.any([signal, left.signal]),
  ).finally(() => {
    ended = true;
    news.resolve();
  });
  // Awaited below; until then a failure is nobody's yet.
  work.catch(() => {});
  try {
    while (!ended) {
      await news.promise;
      news = Promise.withResolvers();
      if (ended || newest === undefined) continue;
      yield { data: newest };
      newest = undefined;
      await pause(progressEvery, undefined, { signal: left.signal });
    }
    const { pushed, warnings } = await work;
    if (pushed === undefined) return;
    const { reference, digest, bytes, sent } = pushed;
    yield { data: { type: "image", reference, digest, bytes, sent, warnings: [...warnings] } };
  } finally {
    left.abort(new Error("the client has gone"));
  }
}

/** What of a release's inputs people see. */
const shown = z.object({ ready: z.object({ asked: z.string(), reference: z.string() }).optional() });

function releaseView(release: ReleaseRecord, active: string | undefined): Release {
  const { name, service, environment, snapshot, createdAt, actor, available } = release;
  const image = shown.safeParse(release.inputs).data?.ready;
  return {
    ...{ name, service, environment, createdAt, actor, available, active: name === active },
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(image === undefined ? {} : { image }),
    ...(release.commit === undefined ? {} : { commit: release.commit }),
    ...(release.profileVersion === undefined ? {} : { profile: release.profileVersion }),
  };
}
