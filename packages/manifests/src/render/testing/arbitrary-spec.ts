import type {
  Cron,
  Dependency,
  EventUse,
  HealthCheck,
  ObjectPatch,
  PublicAddress,
  Replicas,
  ServiceSpec,
  Storage,
} from "@fairway/spec";
import fc from "fast-check";

/** What app.toml takes for a name. */
export const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/);

function optional<T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(of, { nil: undefined });
}

function named<T extends { readonly name: string }>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.uniqueArray(of, { selector: (one) => one.name, maxLength: 4 });
}

const seconds = fc.integer({ min: 1, max: 300 });
const words = fc.array(fc.string(), { minLength: 1, maxLength: 4 });
const host = fc.stringMatching(/^(\*\.)?[a-z0-9]{1,10}(\.[a-z]{2,10}){1,2}$/);
const check: fc.Arbitrary<HealthCheck | false | undefined> = fc.oneof(
  fc.record({ path: fc.stringMatching(/^\/[!-~]{0,50}$/), period: seconds, timeout: seconds, threshold: fc.nat(1000) }),
  fc.constantFrom(false as const, undefined),
);

const port = fc.integer({ min: 1, max: 65535 });
const octets = fc.integer({ min: 1, max: 255 }).map((octet) => `10.${octet}.0.0/16`);
const dependency: fc.Arbitrary<Dependency> = fc.oneof(
  fc.record({ name, timeout: fc.integer({ min: 1, max: 600_000 }), retries: fc.nat(10) }),
  fc.record({ name }),
  fc.record({
    name,
    external: fc.tuple(fc.constantFrom("http", "https"), host, port).map(([a, b, c]) => `${a}://${b}:${c}/x`),
  }),
  fc.record({
    name,
    hosts: fc.array(
      fc.tuple(host, port).map(([one, two]) => `${one}:${two}`),
      { maxLength: 3 },
    ),
    cidrs: fc.array(
      fc.oneof(
        octets,
        fc.tuple(octets, port).map(([range, to]) => `${range}:${to}`),
      ),
      { maxLength: 3 },
    ),
  }),
);

const replicas: fc.Arbitrary<Replicas> = fc.oneof(
  fc.nat(1000),
  fc
    .record({ min: fc.integer({ min: 1, max: 500 }), more: fc.nat(500), cpu: fc.integer({ min: 1, max: 1000 }) })
    .map(({ min, more, cpu }) => ({ min, max: min + more, cpu })),
);

const cron: fc.Arbitrary<Cron> = fc.record({
  name,
  schedule: fc.constantFrom("0 3 * * *", "*/5 * * * *", "@daily", "0 0 1 1 *"),
  command: words,
  concurrency: fc.constantFrom("allow", "forbid", "replace"),
  deadline: optional(fc.integer({ min: 1, max: 604_800 })),
  everywhere: fc.boolean(),
});

const storage: fc.Arbitrary<Storage> = fc.record({
  kind: fc.constantFrom("postgresql", "mysql", "redis", "mongodb", "cassandra", "rabbitmq", "kafka", "s3"),
  name,
  size: optional(fc.string()),
});

const event: fc.Arbitrary<EventUse> = fc.record({
  direction: fc.constantFrom("produces", "consumes"),
  name,
  schema: optional(fc.string()),
});

const address: fc.Arbitrary<PublicAddress> = fc.record({
  host,
  path: fc.stringMatching(/^\/[a-z0-9-]{0,20}$/),
  tls: fc.boolean(),
});

/** Changes that suit every service. */
const patch: fc.Arbitrary<ObjectPatch> = fc.constantFrom<ObjectPatch>(
  {
    kind: "Service",
    name: undefined,
    change: { type: "strategic", merge: { metadata: { annotations: { "example.com/x": "y" } } } },
  },
  {
    kind: "NetworkPolicy",
    name: undefined,
    change: { type: "json", operations: [{ op: "add", path: "/spec/ingress/-", value: {} }] },
  },
);

/** Any service that app.toml can describe. */
export const spec: fc.Arbitrary<ServiceSpec> = fc
  .record({
    name,
    description: fc.string(),
    kind: fc.constantFrom("business", "infrastructure", "frontend", "job"),
    owner: optional(fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/)),
    oncall: optional(fc.string()),
    links: fc.array(fc.record({ title: fc.string(), url: fc.webUrl() }), { maxLength: 2 }),
    replicas,
    engine: fc.record({
      name: fc.constantFrom("golang", "php", "python", "node", "static", "image"),
      version: optional(fc.string()),
      size: fc.constantFrom("small", "medium", "large", "xlarge"),
    }),
    build: fc.record({
      command: fc.constant(undefined),
      base: fc.constant(undefined),
      image: fc.constant(undefined),
      exclude: fc.array(fc.string(), { maxLength: 2 }),
    }),
    run: fc.record({
      command: optional(words),
      args: fc.array(fc.string(), { maxLength: 3 }),
      port: fc.integer({ min: 1024, max: 65535 }),
      grace: fc.integer({ min: 0, max: 3600 }),
    }),
    health: fc.record({ live: check, ready: check, startup: check }),
    metrics: optional(
      fc.record({ path: fc.stringMatching(/^\/[!-~]{0,50}$/), port: optional(fc.integer({ min: 1024, max: 65535 })) }),
    ),
    dependencies: named(dependency),
    storages: named(storage),
    events: fc.array(event, { maxLength: 3 }),
    crons: named(cron),
    migrations: optional(fc.record({ command: words })),
    env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/), fc.string(), { maxKeys: 5 }),
    secrets: fc.record({ required: fc.array(fc.stringMatching(/^[A-Z]{1,10}$/), { maxLength: 2 }) }),
    public: fc.uniqueArray(address, { selector: (one) => `${one.host}${one.path}`, maxLength: 4 }),
    deploy: fc.record({
      strategy: fc.constantFrom("rolling", "blue-green", "canary"),
      steps: fc.constant([]),
      switch: fc.constant(undefined),
      waves: fc.constant([]),
      bake: fc.constant(undefined),
      analysis: fc.constant([]),
      timeout: optional(fc.integer({ min: 1, max: 86_400 })),
    }),
    resources: fc.record({
      cpu: optional(fc.constantFrom("1m", "250m", "0.5", "4")),
      memory: optional(fc.constantFrom("1Mi", "100M", "1.5Gi", "2Gi")),
      netutil: optional(fc.integer({ min: 1, max: 100_000 })),
      limits: fc.record({
        cpu: optional(fc.double({ min: 1, max: 100, noNaN: true })),
        memory: optional(fc.double({ min: 1, max: 100, noNaN: true })),
      }),
    }),
    memory: fc.record({ stagger: optional(fc.integer({ min: 1, max: 10 })) }),
    slo: optional(
      fc.record({ availability: optional(fc.constant(99.9)), latency: fc.constant(300), window: fc.constant(30) }),
    ),
    kubernetes: fc.record({ patches: fc.array(patch, { maxLength: 3 }) }),
  })
  // Neither would app.toml take.
  .filter(({ replicas, memory }) => memory.stagger === undefined || typeof replicas === "number")
  .filter((one) => one.dependencies.every(({ name }) => name !== one.name));
