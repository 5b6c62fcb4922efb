import type { KubernetesObject } from "@fairway/objects";
import { isSettings, type Settings, type SettingValue } from "../../app-toml/settings.ts";
import { at, fieldsAt, listAt, textAt, textsAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import type { Subject } from "../subject.ts";
import { type PatchPart, settingOf, type Translated } from "../translated.ts";

/** Files: folders in memory or on the node, and ConfigMaps, by patches; what holds state or secrets is told. */
export function volumes({ pod, container, group }: Subject): Translated {
  const remarks: Remark[] = [];
  const kept: Settings[] = [];
  const mounts: Settings[] = [];
  const extras: KubernetesObject[] = [];
  for (const volume of listAt(pod, "volumes")) {
    const name = textAt(volume, "name") ?? "";
    const own = listAt(container, "volumeMounts").filter((mount) => textAt(mount, "name") === name);
    const paths = own.flatMap((mount) => textAt(mount, "mountPath") ?? []);
    if (own.length === 0) continue;
    const where = paths.join(", ");
    const about = `volume ${name}`;
    const take = (source: SettingValue | undefined) => {
      if (source === undefined) return;
      // Every service has a folder of this name already.
      const called = name === "tmp" ? "tmp-files" : name;
      kept.push({ name: called, ...(isSettings(source) ? source : {}) });
      for (const mount of own) {
        const one = settingOf({ ...fieldsAt(mount), name: called });
        if (isSettings(one)) mounts.push(one);
      }
    };
    const configMap = textAt(volume, "configMap", "name");
    const held = group.configMaps.find(({ object }) => object.metadata.name === configMap)?.object;
    if (at(volume, "emptyDir") !== undefined) {
      if (paths.every((path) => path === "/tmp")) continue;
      take(settingOf({ emptyDir: fieldsAt(volume, "emptyDir") }));
      remarks.push(remark("patched", about, `a writable folder at ${where}`));
    } else if (configMap !== undefined && held !== undefined) {
      extras.push({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: configMap },
        ...(at(held, "data") === undefined ? {} : { data: textsAt(held, "data") }),
        ...(at(held, "binaryData") === undefined ? {} : { binaryData: textsAt(held, "binaryData") }),
      });
      take(settingOf({ configMap: withoutUsualMode(fieldsAt(volume, "configMap")) }));
      remarks.push(
        remark(
          "patched",
          about,
          `files of ConfigMap ${configMap} at ${where}, which lies in kubernetes/`,
          "files in the image, or [env], need no patch",
        ),
      );
    } else if (at(volume, "downwardAPI") !== undefined) {
      take(settingOf({ downwardAPI: fieldsAt(volume, "downwardAPI") }));
      remarks.push(remark("patched", about, `fields of the pod as files at ${where}`));
    } else remarks.push(lostVolume(volume, about, where));
  }
  for (const mount of listAt(container, "volumeMounts")) {
    const known = listAt(pod, "volumes").some((volume) => textAt(volume, "name") === textAt(mount, "name"));
    if (!known)
      remarks.push(
        remark(
          "lost",
          `volume ${textAt(mount, "name") ?? "?"}`,
          `kept from pod to pod, at ${textAt(mount, "mountPath") ?? "?"} (volumeClaimTemplates)`,
          "keep it in a storage",
        ),
      );
  }
  const patches: PatchPart[] =
    kept.length === 0
      ? []
      : [
          { on: "pod", merge: { volumes: kept } },
          { on: "container", merge: { volumeMounts: mounts } },
        ];
  return { remarks, patches, extras };
}

/** The API server writes it out. */
function withoutUsualMode({
  defaultMode,
  ...rest
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return defaultMode === undefined || defaultMode === 0o644 ? rest : { ...rest, defaultMode };
}

function lostVolume(volume: unknown, about: string, where: string): Remark {
  const claim = textAt(volume, "persistentVolumeClaim", "claimName");
  if (claim !== undefined)
    return remark(
      "lost",
      about,
      `files at ${where} were kept on claim ${claim}; a service keeps none`,
      "move them to a storage (a database, s3) before you move the service",
    );
  const secret = textAt(volume, "secret", "secretName");
  if (secret !== undefined)
    return remark(
      "lost",
      about,
      `Secret ${secret} was mounted as files at ${where}; secrets are variables`,
      "name them in [secrets] required and read the variables",
    );
  if (at(volume, "projected") !== undefined)
    return remark(
      "lost",
      about,
      `a token or several sources at ${where}`,
      "services have no token of the cluster; ask the platform's owner if this one needs it",
    );
  const configMap = textAt(volume, "configMap", "name");
  if (configMap !== undefined)
    return remark(
      "lost",
      about,
      `files of ConfigMap ${configMap} at ${where}; it is not among the objects`,
      "add it to the import",
    );
  const kind = Object.keys(fieldsAt(volume)).find((key) => key !== "name") ?? "it";
  return remark("lost", about, `${kind} at ${where} has no field`, "ask the platform's owner for a patch");
}
