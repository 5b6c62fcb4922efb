import { splitWords } from "./check/split-words.ts";
import { type DurationUnit, durationIn } from "./formats/duration.ts";
import type { Settings } from "./schema/app-toml.ts";
import { defaults } from "./schema/defaults.ts";
import type {
  Cron,
  Dependency,
  Deploy,
  EventUse,
  HealthCheck,
  JsonPatchOperation,
  ObjectPatch,
  PublicAddress,
  Replicas,
  ServiceSpec,
} from "./service-spec.ts";

/** Fills the defaults in and brings values into their units. The settings have been checked. */
export function resolve(settings: Settings): ServiceSpec {
  const { engine, build, run, health, metrics, resources, slo } = settings;
  return {
    name: settings.name,
    description: settings.description ?? "",
    kind: settings.kind ?? defaults.kind,
    owner: settings.owner,
    oncall: settings.oncall,
    links: settings.links ?? [],
    replicas: replicasOf(settings.replicas ?? defaults.replicas),
    engine: {
      name: engine?.name ?? (build?.image === undefined ? defaults.engine : "image"),
      version: engine?.version,
      size: engine?.size ?? defaults.size,
    },
    build: { command: build?.command, base: build?.base, image: build?.image, exclude: build?.exclude ?? [] },
    run: {
      command: run?.command === undefined ? undefined : wordsOf(run.command),
      args: run?.args ?? [],
      port: run?.port ?? defaults.port,
      grace: lasting("s", run?.grace) ?? defaults.grace,
    },
    health: {
      live: checkOf("live", health?.live),
      ready: checkOf("ready", health?.ready),
      startup: checkOf("startup", health?.startup),
    },
    metrics: metrics && { path: metrics.path ?? defaults.metricsPath, port: metrics.port },
    dependencies: (settings.dependencies ?? []).map(dependencyOf),
    storages: (settings.storages ?? []).map(({ kind, name, size }) => ({ kind, name, size })),
    events: (settings.events ?? []).map(eventOf),
    crons: (settings.crons ?? []).map(cronOf),
    migrations: settings.migrations && { command: wordsOf(settings.migrations.command) },
    env: Object.fromEntries(Object.entries(settings.env ?? {}).map(([name, value]) => [name, String(value)])),
    secrets: { required: settings.secrets?.required ?? [] },
    public: [settings.public ?? []].flat().map(publicOf),
    deploy: deployOf(settings.deploy),
    resources: {
      cpu: resources?.cpu,
      memory: resources?.memory,
      netutil: resources?.netutil,
      limits: { cpu: resources?.limits?.cpu, memory: resources?.limits?.memory },
    },
    memory: { stagger: settings.memory?.stagger === 1 ? undefined : settings.memory?.stagger },
    slo: slo && {
      availability: slo.availability,
      latency: lasting("ms", slo.latency),
      window: lasting("d", slo.window) ?? defaults.sloWindow,
    },
    kubernetes: { patches: (settings.kubernetes?.patches ?? []).map(patchOf) },
  };
}

type Item<List> = NonNullable<List> extends readonly (infer One)[] ? One : never;

function lasting(unit: DurationUnit, value: number | string | undefined): number | undefined {
  return value === undefined ? undefined : durationIn(unit, value);
}

function wordsOf(command: string | readonly string[]): readonly string[] {
  if (typeof command !== "string") return command;
  const split = splitWords(command);
  return split.ok ? split.words : [];
}

function replicasOf(replicas: NonNullable<Settings["replicas"]>): Replicas {
  if (typeof replicas === "number") return replicas;
  return { min: replicas.min, max: replicas.max, cpu: replicas.cpu ?? defaults.autoscalerCpu };
}

function checkOf(
  name: keyof typeof defaults.health,
  check: NonNullable<Settings["health"]>["live"],
): HealthCheck | false | undefined {
  if (check === undefined || check === false) return check;
  const byDefault = defaults.health[name];
  if (typeof check === "string") return { path: check, ...byDefault };
  return {
    path: check.path,
    period: lasting("s", check.period) ?? byDefault.period,
    timeout: lasting("s", check.timeout) ?? byDefault.timeout,
    threshold: check.threshold ?? byDefault.threshold,
  };
}

function dependencyOf({ name, timeout, retries, external, hosts, cidrs }: Item<Settings["dependencies"]>): Dependency {
  const milliseconds = lasting("ms", timeout);
  return {
    name,
    ...(milliseconds === undefined ? {} : { timeout: milliseconds }),
    ...(retries === undefined ? {} : { retries }),
    ...(external === undefined ? {} : { external }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(cidrs === undefined ? {} : { cidrs }),
  };
}

function eventOf({ produces, consumes, schema }: Item<Settings["events"]>): EventUse {
  return produces === undefined
    ? { direction: "consumes", name: consumes ?? "", schema }
    : { direction: "produces", name: produces, schema };
}

function cronOf({ name, schedule, command, concurrency, deadline, everywhere }: Item<Settings["crons"]>): Cron {
  return {
    name,
    schedule,
    command: wordsOf(command),
    concurrency: concurrency ?? defaults.concurrency,
    deadline: lasting("s", deadline),
    everywhere: everywhere ?? false,
  };
}

function publicOf({
  host,
  path,
  tls,
}: {
  readonly host: string;
  readonly path?: string | undefined;
  readonly tls?: boolean | undefined;
}): PublicAddress {
  return { host, path: path ?? defaults.publicPath, tls: tls ?? true };
}

function deployOf(deploy: NonNullable<Settings["deploy"]> = {}): Deploy {
  const { strategy, steps, waves, bake, analysis, timeout } = deploy;
  return {
    strategy: strategy ?? defaults.strategy,
    steps: (steps ?? []).map(({ weight, hold }) => ({ weight, hold: lasting("s", hold) })),
    switch: deploy.switch,
    waves: waves ?? [],
    bake: lasting("s", bake),
    analysis: (analysis ?? []).map(({ query, min, max }) => ({
      query,
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    })),
    timeout: lasting("s", timeout),
  };
}

type Patches = NonNullable<Settings["kubernetes"]>["patches"];

function patchOf({ kind, name, merge, json }: Item<Patches>): ObjectPatch {
  const change =
    merge === undefined
      ? { type: "json" as const, operations: (json ?? []).map(operationOf) }
      : { type: "strategic" as const, merge };
  return { kind, name, change };
}

function operationOf({ op, path, from, value }: Item<Item<Patches>["json"]>): JsonPatchOperation {
  return { op, path, ...(from === undefined ? {} : { from }), ...(value === undefined ? {} : { value }) };
}
