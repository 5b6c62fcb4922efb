import { isSettings, type Settings, type SettingValue } from "../../app-toml/settings.ts";
import { commandLine, initRole, volumesIn } from "../init-container.ts";
import { at, fieldsAt, listAt, textAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import type { Subject } from "../subject.ts";
import { type PatchPart, settingOf, type Translated } from "../translated.ts";

/** What every container must say where pods are restricted (Kubernetes, "Pod Security Standards"). */
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** Containers beside the service, and those before it. */
export function companions({ pod, container, beside, group }: Subject): Translated {
  const remarks: Remark[] = beside.map((one) => ranBeside(one));
  const patches: PatchPart[] = [];
  let migrations: SettingValue | undefined;
  const kept: Settings[] = [];
  for (const one of listAt(pod, "initContainers")) {
    const about = `container ${textAt(one, "name") ?? "?"}`;
    const role = initRole(one, container);
    if (role === "beside") remarks.push(ranBeside(one));
    else if (role === "waits") {
      remarks.push(remark("rule", about, "it waited for something; a pod that starts too early is started again"));
    } else if (role === "migrates") {
      migrations = { command: commandLine(one) };
      remarks.push(remark("note", about, "it migrated in every pod; [migrations] does it once before a release"));
    } else if (role === "serves-others") {
      remarks.push(remark("lost", about, "it prepared files for another container, which is not carried over"));
    } else if (!isSelfContained(one, pod) || group.runner === undefined) {
      const advice = "let the service do it when it starts, or when its image is built";
      remarks.push(
        remark("lost", about, "it ran before the service, with variables or files that a patch cannot bring", advice),
      );
    } else {
      const setting = settingOf({ ...fieldsAt(one), securityContext: restricted });
      if (isSettings(setting)) kept.push(setting);
      remarks.push(remark("patched", about, "a container that runs before the service has no field"));
    }
  }
  if (kept.length > 0) patches.push({ on: "pod", merge: { initContainers: kept } });
  return {
    remarks,
    patches,
    ...(migrations === undefined
      ? {}
      : { settings: { migrations }, comments: [["migrations", "From a container that ran before every pod."]] }),
  };
}

/** Whether nothing that it refers to is left behind: variables of ConfigMaps and Secrets, volumes that hold state. */
function isSelfContained(one: unknown, pod: unknown): boolean {
  const refers =
    listAt(one, "envFrom").length > 0 || listAt(one, "env").some((variable) => at(variable, "valueFrom") !== undefined);
  const carried = listAt(pod, "volumes")
    .filter((volume) => at(volume, "emptyDir") !== undefined)
    .flatMap((volume) => textAt(volume, "name") ?? []);
  return !refers && volumesIn(one).every((name) => carried.includes(name));
}

function ranBeside(one: unknown): Remark {
  const [name, image] = [textAt(one, "name") ?? "?", textAt(one, "image") ?? "?"];
  return remark(
    "lost",
    `container ${name}`,
    `${image} ran beside it; a service has one container`,
    companionAdvice(`${name} ${image}`),
  );
}

function companionAdvice(text: string): string {
  if (/istio|linkerd|envoy|consul/.test(text)) return "calls between services are the platform's affair";
  if (/fluent|filebeat|promtail|vector|telegraf/.test(text))
    return "write logs to standard output: the platform keeps them";
  if (/vault/.test(text)) return "[secrets] brings the values";
  if (/nginx|caddy|httpd|haproxy/.test(text))
    return "let the service speak HTTP itself, on $PORT: a server in the same image, or one that the engine brings";
  if (/sql-?proxy|pgbouncer/.test(text))
    return "name the database in [[storages]] or [[dependencies]]: the pooler comes with it";
  if (/exporter|statsd|otel|opentelemetry|jaeger|datadog/.test(text))
    return "[metrics] says where the service tells its own";
  return "make it a service of its own, or a part of this one";
}
