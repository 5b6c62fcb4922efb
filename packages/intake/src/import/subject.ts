import { parseQuantity } from "@fairway/objects";
import type { ProfileSettings } from "@fairway/spec";
import type { ObjectGroup, Workload } from "./group-objects.ts";
import { at, type Fields, fieldsAt, listAt, numberAt, textAt, textsAt } from "./json-fields.ts";

/** What stands behind a Service's name that an address leads to. */
export type Neighbour =
  | { readonly type: "service"; readonly name: string }
  /** It runs beside the platform: a database, something that was refused. */
  | { readonly type: "beside" }
  /** An ExternalName Service: a name for a host outside. */
  | { readonly type: "external"; readonly host: string };

/** One service-to-be, as every translation sees it. */
export interface Subject {
  readonly group: ObjectGroup;
  /** The service's name. */
  readonly name: string;
  /** Where the objects lay; undefined when they do not say. */
  readonly namespace: string | undefined;
  /** The runner, or the first cron of a service that only runs by the clock. */
  readonly workload: Workload;
  readonly pod: Fields;
  /** The container that is the service; the others are in `beside`. */
  readonly container: Fields;
  readonly beside: readonly Fields[];
  /** What the service listens on; undefined: nothing that anybody calls. */
  readonly port: number | undefined;
  readonly profile: ProfileSettings;
  /** By a Service's name, in the service's own namespace. */
  readonly neighbours: ReadonlyMap<string, Neighbour>;
}

/** Containers that stand beside a service rather than being it, by name or image. */
const companion =
  /(istio|linkerd|envoy|oauth2?-proxy|sql-?proxy|vault-agent|fluent|filebeat|promtail|vector|datadog|jaeger|otel|opentelemetry|nginx|haproxy|caddy|httpd|traefik|exporter|statsd|pgbouncer|consul|telegraf|dapr)/i;

/** The container that is the service: the one that an annotation names, else the first that is no proxy, agent or exporter. */
export function mainContainer(template: unknown): { readonly main: Fields; readonly beside: readonly Fields[] } {
  const containers = listAt(template, "spec", "containers").map((one) => fieldsAt(one));
  const named = textAt(template, "metadata", "annotations", "kubectl.kubernetes.io/default-container");
  const isCompanion = (one: Fields) => companion.test(`${textAt(one, "name")} ${textAt(one, "image")}`);
  const main =
    containers.find((one) => textAt(one, "name") === named) ??
    containers.find((one) => !isCompanion(one)) ??
    containers[0] ??
    {};
  return { main, beside: containers.filter((one) => one !== main) };
}

/** A port of a container by number or name. */
export function portNumber(container: Fields, port: unknown): number | undefined {
  if (typeof port === "number") return port;
  const named = listAt(container, "ports").find((one) => textAt(one, "name") === port);
  return (
    numberAt(named, "containerPort") ?? (typeof port === "string" && /^\d+$/.test(port) ? Number(port) : undefined)
  );
}

/** What the service listens on: where its Service leads, what its checks ask, what it declares, what `$PORT` says. */
export function portOf(group: ObjectGroup, container: Fields, beside: readonly Fields[]): number | undefined {
  if (speaksFastCgi(container)) return undefined;
  const served = group.services
    .flatMap(({ object }) => listAt(object, "spec", "ports"))
    .map((port) => ({ port, number: portNumber(container, at(port, "targetPort") ?? at(port, "port")) }))
    .filter(({ number }) => number !== undefined && !isOfAnother(number, container, beside));
  const web = served.find(
    ({ port }) => /^(http|web|www)/.test(textAt(port, "name") ?? "") || numberAt(port, "port") === 80,
  );
  const business = served.find(({ port }) => !/metric|admin|debug|health/.test(textAt(port, "name") ?? ""));
  const checked = ["readinessProbe", "livenessProbe", "startupProbe"]
    .map((probe) => portNumber(container, at(container, probe, "httpGet", "port")))
    .find((port) => port !== undefined);
  const declared = listAt(container, "ports").find((port) => !/metric|admin|debug/.test(textAt(port, "name") ?? ""));
  const variable = listAt(container, "env").find((one) => textAt(one, "name") === "PORT");
  const told = parseQuantity(textAt(variable, "value") ?? "");
  return (web ?? business)?.number ?? checked ?? numberAt(declared, "containerPort") ?? told;
}

/** Whether a port is that of a container beside the service: the proxy in front of it. */
function isOfAnother(port: number | undefined, container: Fields, beside: readonly Fields[]): boolean {
  const declares = (one: Fields) =>
    listAt(one, "ports").some((declared) => numberAt(declared, "containerPort") === port);
  return !declares(container) && beside.some(declares);
}

/** PHP's process manager, which needs a web server before it. */
export function speaksFastCgi(container: Fields): boolean {
  return /\bphp[\w.-]*fpm|\bfpm\b/.test(
    `${textAt(container, "image")} ${listAt(container, "command").join(" ")} ${listAt(container, "args").join(" ")}`,
  );
}

/** Annotations of a workload and its pods; those of the pods win. */
export function annotationsOf({ workload }: Pick<Subject, "workload">): Readonly<Record<string, string>> {
  return {
    ...textsAt(workload.source.object, "metadata", "annotations"),
    ...textsAt(workload.template, "metadata", "annotations"),
  };
}

export function labelsOf({ workload }: Pick<Subject, "workload">): Readonly<Record<string, string>> {
  return { ...textsAt(workload.source.object, "metadata", "labels"), ...workload.labels };
}
