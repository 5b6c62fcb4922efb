import { splitWords } from "./check/split-words.ts";
import type { Settings } from "./schema/app-toml.ts";
import { defaults } from "./schema/defaults.ts";
import type { Dependency, HealthCheck, ServiceSpec } from "./service-spec.ts";

/** Fills the defaults in. */
export function resolve(settings: Settings): ServiceSpec {
  const { engine, build, run, health } = settings;
  return {
    name: settings.name,
    description: settings.description ?? "",
    kind: settings.kind ?? defaults.kind,
    owner: settings.owner,
    oncall: undefined,
    links: [],
    replicas: settings.replicas ?? defaults.replicas,
    engine: {
      name: engine?.name ?? (build?.image === undefined ? defaults.engine : "image"),
      version: engine?.version,
      size: engine?.size ?? defaults.size,
    },
    build: { command: build?.command, base: build?.base, image: build?.image, exclude: build?.exclude ?? [] },
    run: {
      command: wordsOf(run?.command),
      args: run?.args ?? [],
      port: run?.port ?? defaults.port,
      grace: run?.grace ?? defaults.grace,
    },
    health: {
      live: checkOf("live", health?.live),
      ready: checkOf("ready", health?.ready),
      startup: checkOf("startup", health?.startup),
    },
    metrics: undefined,
    dependencies: (settings.dependencies ?? []).map(dependencyOf),
    env: Object.fromEntries(Object.entries(settings.env ?? {}).map(([name, value]) => [name, String(value)])),
    storages: [],
    events: [],
    crons: [],
    migrations: undefined,
    secrets: { required: [] },
    public: [],
    deploy: { strategy: "rolling", steps: [], waves: [], analysis: [], timeout: undefined },
    resources: { cpu: undefined, memory: undefined, netutil: undefined, limits: { cpu: undefined, memory: undefined } },
    memory: { stagger: undefined },
    slo: undefined,
    kubernetes: { patches: [] },
  };
}

function wordsOf(command: string | readonly string[] | undefined): readonly string[] | undefined {
  if (typeof command !== "string") return command;
  const split = splitWords(command);
  return split.ok ? split.words : undefined;
}

type Check = NonNullable<NonNullable<Settings["health"]>["live"]>;

function checkOf(name: keyof typeof defaults.health, check: Partial<Check> | undefined): HealthCheck | undefined {
  if (check?.path === undefined) return undefined;
  const byDefault = defaults.health[name];
  return {
    path: check.path,
    period: check.period ?? byDefault.period,
    timeout: check.timeout ?? byDefault.timeout,
    threshold: check.threshold ?? byDefault.threshold,
  };
}

function dependencyOf({ name, timeout, retries }: NonNullable<Settings["dependencies"]>[number]): Dependency {
  return {
    name,
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
  };
}
