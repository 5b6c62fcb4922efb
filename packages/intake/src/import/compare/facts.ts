import { formatCpu, formatMemory, type KubernetesObject, parseQuantity } from "@fairway/objects";
import type { ServiceSpec } from "@fairway/spec";
import { initRole } from "../init-container.ts";
import { at, type Fields, fieldsAt, isFields, listAt, numberAt, textAt, wordsAt } from "../json-fields.ts";
import type { SourceObject } from "../read-objects.ts";
import { isSecretHeader, isSecretValue } from "../secret-value.ts";
import { mainContainer, portNumber, type Subject } from "../subject.ts";
import { variablesOf } from "../variables.ts";

/** What matters of a service's objects, in one form for the original and for what Fairway renders; by object, then by field. */
export type Facts = Readonly<Record<string, Fields>>;

/** What the API server fills in, so that a live object compares as the file that it came from. Source: `pkg/apis/*\/v1/defaults.go` of Kubernetes. */
const podDefaults: Fields = {
  restartPolicy: "Always",
  dnsPolicy: "ClusterFirst",
  schedulerName: "default-scheduler",
  terminationGracePeriodSeconds: 30,
};
const containerDefaults: Fields = { terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File" };
const probeDefaults: Fields = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3, successThreshold: 1 };

/** Facts of the objects that were imported. */
export function originalFacts(subject: Subject): Facts {
  const { group, workload } = subject;
  const { runner } = group;
  return {
    ...(runner === undefined ? {} : workloadFacts(runner.source.object, workload.template, subject.port, group)),
    ...serviceFacts(group.services.map(({ object }) => object)),
    ...routeFacts(group.routes.map(({ object }) => object)),
    ...autoscalerFacts(group.autoscaler?.object),
    ...(group.budget === undefined ? {} : { PodDisruptionBudget: { there: true } }),
    ...cronFacts(
      group.crons.map(({ source }) => source.object),
      subject.name,
    ),
  };
}

/** Facts of what Fairway renders, before it is placed in a slot. */
export function renderedFacts(objects: readonly KubernetesObject[], spec: ServiceSpec, hasRunner: boolean): Facts {
  const ofKind = (...kinds: readonly string[]) => objects.filter(({ kind }) => kinds.includes(kind));
  const source = (object: KubernetesObject): SourceObject => ({ object, file: "", line: 1 });
  const [deployment] = ofKind("Deployment");
  const group = { configMaps: ofKind("ConfigMap").map(source), secrets: ofKind("Secret").map(source) };
  const secrets = Object.fromEntries(spec.secrets.required.map((name) => [name, "(secret)"]));
  const workload =
    deployment === undefined || !hasRunner
      ? {}
      : workloadFacts(deployment, at(deployment, "spec", "template"), spec.run.port, group);
  return {
    ...workload,
    ...(workload["Variables"] === undefined ? {} : { Variables: { ...workload["Variables"], ...secrets } }),
    ...serviceFacts(ofKind("Service")),
    ...routeFacts(ofKind("Ingress", "HTTPRoute")),
    ...autoscalerFacts(ofKind("HorizontalPodAutoscaler")[0]),
    ...(ofKind("PodDisruptionBudget").length === 0 ? {} : { PodDisruptionBudget: { there: true } }),
    ...cronFacts(ofKind("CronJob"), spec.name),
  };
}

function workloadFacts(
  object: unknown,
  template: unknown,
  port: number | undefined,
  group: { readonly configMaps: readonly SourceObject[]; readonly secrets: readonly SourceObject[] },
): Facts {
  const { main, beside } = mainContainer(template);
  const {
    containers: _containers,
    initContainers,
    volumes,
    serviceAccount: _old,
    affinity,
    ...pod
  } = fieldsAt(template, "spec");
  const { podAntiAffinity, ...pulled } = fieldsAt({ affinity }, "affinity");
  const { variables, unseen } = variablesOf(main, group);
  const temporary = temporaryVolumes(main, volumes);
  const held = listAt({ volumes }, "volumes")
    .filter((one) => !temporary.has(textAt(one, "name")))
    .map(plainVolume);
  const before = listAt({ initContainers }, "initContainers")
    .filter((one) => ["prepares", "serves-others"].includes(initRole(one, main)))
    .map((one) => textAt(one, "name"));
  const shown = [...variables].map(([name, origin]): [string, unknown] => [
    name,
    origin.type === "literal"
      ? isSecretValue(name, origin.value)
        ? "(secret)"
        : origin.value
      : origin.type === "secret"
        ? "(secret)"
        : origin.type === "field"
          ? origin.valueFrom
          : `(${origin.from})`,
  ]);
  const {
    template: _template,
    selector: _selector,
    replicas,
    workloadRef: _ref,
    serviceName: _name,
    podManagementPolicy: _policy,
    updateStrategy: _update,
    persistentVolumeClaimRetentionPolicy: _claims,
    ...rest
  } = fieldsAt(object, "spec");
  return {
    Workload:
      textAt(object, "kind") === "Pod"
        ? { replicas: 1 }
        : { replicas: replicas ?? 1, ...without(rest, { progressDeadlineSeconds: 600, revisionHistoryLimit: 10 }) },
    Pod: {
      ...without(withoutEmpty({ ...pod, affinity: pulled, podAntiAffinity }), podDefaults),
      ...(before.length === 0 ? {} : { initContainers: before }),
      ...(held.length === 0 ? {} : { volumes: held }),
      ...(beside.length === 0 ? {} : { beside: beside.map((one) => textAt(one, "name")) }),
    },
    Container: containerFacts(main, port, temporary),
    Variables: Object.fromEntries([
      ...shown,
      ...unseen.map(({ kind, name }): [string, unknown] => [`(${kind} ${name})`, "(all of its keys)"]),
    ]),
  };
}

function containerFacts(
  container: Fields,
  port: number | undefined,
  temporary: ReadonlySet<string | undefined>,
): Fields {
  const {
    name: _name,
    env: _env,
    envFrom: _from,
    ports,
    resources,
    livenessProbe,
    readinessProbe,
    startupProbe,
    image,
    volumeMounts,
    ...rest
  } = container;
  const mounts = listAt({ volumeMounts }, "volumeMounts").filter((one) => !temporary.has(textAt(one, "name")));
  const probes = Object.entries({ livenessProbe, readinessProbe, startupProbe }).filter(([, probe]) => isFields(probe));
  return {
    image: typeof image === "string" ? image : "",
    ...without(withoutEmpty(rest), containerDefaults),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
    ports: [
      ...new Set([
        ...(port === undefined ? [] : [port]),
        ...listAt({ ports }, "ports").flatMap((one) => numberAt(one, "containerPort") ?? []),
      ]),
    ]
      .toSorted((a, b) => a - b)
      .map(String),
    resources: resourceFacts(resources),
    ...Object.fromEntries(probes.map(([kind, probe]) => [kind, probeFacts(container, fieldsAt(probe))])),
  };
}

function probeFacts(container: Fields, probe: Fields): Fields {
  const http = at(probe, "httpGet");
  const socket = at(probe, "tcpSocket");
  const withPort = (of: unknown, defaults: Fields): Fields =>
    without({ ...fieldsAt(of), port: portNumber(container, at(of, "port")) ?? at(of, "port") }, defaults);
  return without(
    {
      ...probe,
      ...(http === undefined
        ? {}
        : { httpGet: withPort({ path: "/", ...fieldsAt(http), ...shownHeaders(http) }, { scheme: "HTTP" }) }),
      ...(socket === undefined ? {} : { tcpSocket: withPort(socket, {}) }),
    },
    probeDefaults,
  );
}

/** Headers without the values that nobody should read in a report. */
function shownHeaders(http: unknown): Fields {
  const headers = listAt(http, "httpHeaders").filter((header) => !isSecretHeader(header));
  return { httpHeaders: headers.length === 0 ? undefined : headers };
}

function resourceFacts(resources: unknown): Fields {
  const amounts = (of: unknown): Fields =>
    Object.fromEntries(
      Object.entries(fieldsAt(of)).map(([name, value]) => {
        const amount = typeof value === "string" || typeof value === "number" ? parseQuantity(value) : undefined;
        return [name, amount === undefined ? value : name === "cpu" ? formatCpu(amount) : formatMemory(amount)];
      }),
    );
  const limits = amounts(at(resources, "limits"));
  return { requests: { ...limits, ...amounts(at(resources, "requests")) }, limits };
}

/** A writable folder at /tmp, which every service has, and which nobody needs to be told of. */
function temporaryVolumes(container: Fields, volumes: unknown): ReadonlySet<string | undefined> {
  const names = listAt({ volumes }, "volumes")
    .filter((volume) => at(volume, "emptyDir") !== undefined)
    .map((volume) => textAt(volume, "name"));
  const elsewhere = listAt(container, "volumeMounts").filter((mount) => textAt(mount, "mountPath") !== "/tmp");
  const temporary = names.filter((name) => !elsewhere.some((mount) => textAt(mount, "name") === name));
  return new Set(
    temporary.filter((name) => listAt(container, "volumeMounts").some((mount) => textAt(mount, "name") === name)),
  );
}

function plainVolume(volume: unknown): Fields {
  const of = fieldsAt(volume);
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => [key, isFields(value) ? without(value, { defaultMode: 420 }) : value]),
  );
}

function serviceFacts(services: readonly unknown[]): Facts {
  const ports = services.flatMap((service) =>
    listAt(service, "spec", "ports").flatMap((port) => numberAt(port, "port") ?? []),
  );
  const [type] = services.map((service) => textAt(service, "spec", "type") ?? "ClusterIP");
  return services.length === 0
    ? {}
    : { Service: { type, ports: [...new Set(ports)].toSorted((a, b) => a - b).map(String) } };
}

function routeFacts(routes: readonly unknown[]): Facts {
  const addresses = routes.flatMap((route) => [
    ...listAt(route, "spec", "rules").flatMap((rule) =>
      listAt(rule, "http", "paths").map((path): [string, unknown] => [
        `${textAt(rule, "host") ?? "*"}${textAt(path, "path") ?? "/"}`,
        "reachable",
      ]),
    ),
    ...(wordsAt(route, "spec", "hostnames") ?? []).flatMap((host) =>
      listAt(route, "spec", "rules").flatMap((rule) => {
        const paths = listAt(rule, "matches").map((match) => textAt(match, "path", "value") ?? "/");
        return (paths.length === 0 ? ["/"] : paths).map((path): [string, unknown] => [`${host}${path}`, "reachable"]);
      }),
    ),
  ]);
  return addresses.length === 0 ? {} : { "Public addresses": Object.fromEntries(addresses) };
}

function autoscalerFacts(autoscaler: unknown): Facts {
  if (autoscaler === undefined) return {};
  const metrics = listAt(autoscaler, "spec", "metrics").map((metric): [string, unknown] => {
    const name = textAt(metric, "resource", "name") ?? textAt(metric, "type") ?? "?";
    return [name, numberAt(metric, "resource", "target", "averageUtilization") ?? "other"];
  });
  return {
    HorizontalPodAutoscaler: {
      minReplicas: numberAt(autoscaler, "spec", "minReplicas") ?? 1,
      maxReplicas: numberAt(autoscaler, "spec", "maxReplicas"),
      metrics: Object.fromEntries(metrics),
      ...(at(autoscaler, "spec", "behavior") === undefined ? {} : { behavior: at(autoscaler, "spec", "behavior") }),
    },
  };
}

/** By name without the service's: `shop-nightly` of the service shop is `nightly`. */
function cronFacts(crons: readonly KubernetesObject[], service: string): Facts {
  const facts = crons.map((cron): [string, Fields] => {
    const { main } = mainContainer(at(cron, "spec", "jobTemplate", "spec", "template"));
    const name = cron.metadata.name.startsWith(`${service}-`)
      ? cron.metadata.name.slice(service.length + 1)
      : cron.metadata.name;
    const deadline = numberAt(cron, "spec", "jobTemplate", "spec", "activeDeadlineSeconds");
    return [
      `CronJob ${name}`,
      {
        schedule: textAt(cron, "spec", "schedule"),
        concurrencyPolicy: textAt(cron, "spec", "concurrencyPolicy") ?? "Allow",
        command: [...(wordsAt(main, "command") ?? []), ...(wordsAt(main, "args") ?? [])],
        ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
      },
    ];
  });
  return Object.fromEntries(facts);
}

function without(fields: Fields, defaults: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => !(Object.hasOwn(defaults, key) && defaults[key] === value)),
  );
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        !(
          value === null ||
          value === undefined ||
          (isFields(value) && Object.keys(value).length === 0) ||
          (Array.isArray(value) && value.length === 0)
        ),
    ),
  );
}
