import type { Pod, Volume } from "@fairway/objects";
import { type Clock, sleep } from "../../clock/clock.ts";
import type { EventRecorder } from "../../controllers/event-recorder.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import type { ContainerRuntime, PodIdentity } from "../container-runtime.ts";
import { sameContent, type VolumeContent, volumeContent } from "./volume-content.ts";

export interface PodVolumesContext {
  readonly objects: ObjectsApi;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly runtime: Pick<ContainerRuntime, "writeVolume">;
  readonly identity: PodIdentity;
  /** The pod as it is now. */
  pod(): Pod;
}

/** Keeps the files of a pod's volumes. */
export interface PodVolumes {
  /** Resolves when all volumes are there, or `signal` aborts. */
  ready(signal: AbortSignal): Promise<void>;
  /** The pod has changed: files that show its fields may have to. */
  refresh(): void;
  stop(): void;
}

/** The kubelet tries again after 500 ms, doubling to 2 min. */
const FIRST_RETRY_MILLISECONDS = 500;
const LAST_RETRY_MILLISECONDS = 122_000;

/** Files of ConfigMaps, Secrets and fields follow their objects while the pod lives. */
export function keepPodVolumes(context: PodVolumesContext): PodVolumes {
  const { objects, clock, identity } = context;
  const written = new Map<string, VolumeContent>();
  const { spec } = context.pod();
  const mounts = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].flatMap(
    (one) => one.volumeMounts ?? [],
  );
  // What no container mounts is not looked for.
  const volumes = (spec?.volumes ?? []).filter((volume) => mounts.some(({ name }) => name === volume.name));
  const follow = volumes.some((volume) => volume.emptyDir === undefined);
  let begun = false;
  let cancel: (() => void) | undefined;
  let changed = Promise.withResolvers<void>();

  function write(volume: Volume): string | undefined {
    const content = volumeContent(context.pod(), volume, (key) => objects.get(key));
    if (content.kind === "missing") return content.message;
    if (sameContent(written.get(volume.name), content)) return undefined;
    try {
      context.runtime.writeVolume(identity, volume.name, content);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    written.set(volume.name, content);
    return undefined;
  }

  function refreshNow(): void {
    cancel = undefined;
    changed.resolve();
    if (!begun) return;
    // What is missing now stays as it was.
    for (const volume of volumes) write(volume);
  }

  function refresh(): void {
    // Not within the notification of another write.
    if (follow) cancel ??= clock.after(0, refreshNow);
  }

  const unsubscribe = follow
    ? objects.subscribe(({ resource, object }) => {
        const concerns = resource === "configmaps" || resource === "secrets";
        if (concerns && object.metadata.namespace === identity.namespace) refresh();
      })
    : () => {};

  return {
    refresh,
    async ready(signal) {
      for (let wait = FIRST_RETRY_MILLISECONDS; !signal.aborted; wait = Math.min(wait * 2, LAST_RETRY_MILLISECONDS)) {
        const missing = volumes.flatMap((volume) => {
          const message = write(volume);
          return message === undefined ? [] : [{ volume, message }];
        });
        if (missing.length === 0) break;
        for (const { volume, message } of missing) {
          const words = `MountVolume.SetUp failed for volume "${volume.name}" : ${message}`;
          context.events.record(context.pod(), "Warning", "FailedMount", words);
        }
        changed = Promise.withResolvers();
        await Promise.race([sleep(clock, wait, signal), changed.promise]);
      }
      begun = true;
    },
    stop() {
      unsubscribe();
      cancel?.();
    },
  };
}
