import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type AppToml, fieldHelp, notDeliverableYet, parseAppToml, specFor } from "./index.ts";

const text = readFileSync(new URL("../testdata/every-field.toml", import.meta.url), "utf8");

function parsed(toml: string, contracts: readonly string[] = []): AppToml {
  const result = parseAppToml(toml, { contracts });
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

test("every field is in the file", () => {
  const last = (field: string): string => field.split(".").at(-1) ?? "";
  const absent = fieldHelp().filter(({ field }) => !new RegExp(`\\b${last(field)}\\b`).test(text));
  // The other way to have an image, which excludes what the file has.
  assert.deepEqual(
    absent.map(({ field }) => field),
    ["build.image"],
  );
});

test("every field arrives, in its unit", () => {
  assert.deepEqual(parsed(text).base, {
    name: "shop",
    description: "sells things",
    kind: "business",
    owner: "sales",
    oncall: "#shop-oncall",
    links: [{ title: "Runbook", url: "https://wiki.example.com/shop?x=1#top" }],
    replicas: 4,
    engine: { name: "node", version: "24", size: "medium" },
    build: {
      command: "npm ci --omit=dev",
      base: "docker.io/library/node:24-slim",
      image: undefined,
      exclude: ["docs"],
    },
    run: { command: ["node", "server.js"], args: ["--verbose"], port: 9000, grace: 90 },
    health: {
      live: { path: "/live", period: 20, timeout: 2, threshold: 3 },
      ready: { path: "/ready", period: 5, timeout: 2, threshold: 5 },
      startup: false,
    },
    metrics: { path: "/stats", port: 9090 },
    dependencies: [
      { name: "pay", timeout: 1500, retries: 1, external: "https://pay.example.com/v2" },
      {
        name: "old-db",
        hosts: ["db.old.example.com:5432", "[fd00::1]:5432"],
        cidrs: ["10.20.0.0/16:5432", "fd00::/8"],
      },
    ],
    storages: [{ kind: "postgresql", name: "main", size: "small" }],
    events: [
      { direction: "produces", name: "order.paid", schema: "OrderPaid" },
      { direction: "consumes", name: "user.created", schema: undefined },
    ],
    crons: [
      {
        name: "nightly",
        schedule: "0 3 * * mon-fri",
        command: ["node", "nightly.js"],
        concurrency: "replace",
        deadline: 600,
        everywhere: true,
      },
    ],
    migrations: { command: ["node", "migrate.js"] },
    env: { LOG_LEVEL: "info", WORKERS: "4" },
    secrets: { required: ["DB_PASSWORD"] },
    public: [
      { host: "shop.example.com", path: "/", tls: true },
      { host: "*.example.org", path: "/shop", tls: false },
    ],
    deploy: {
      strategy: "canary",
      steps: [
        { weight: 5, hold: 300 },
        { weight: 50, hold: undefined },
      ],
      switch: "at-once",
      waves: [["alpha"], ["beta", "gamma"]],
      bake: 600,
      analysis: [{ query: "error_rate", min: 0, max: 0.01 }],
      timeout: 300,
    },
    resources: { cpu: "250m", memory: "256Mi", netutil: 100, limits: { cpu: 4, memory: 1.5 } },
    memory: { stagger: 2 },
    slo: { availability: 99.9, latency: 300, window: 28 },
    kubernetes: {
      patches: [
        {
          kind: "Deployment",
          name: "shop",
          change: { type: "strategic", merge: { spec: { revisionHistoryLimit: 2, since: "2024-01-01" } } },
        },
        {
          kind: "Service",
          name: undefined,
          change: {
            type: "json",
            operations: [
              { op: "add", path: "/metadata/annotations/a~1b", value: "x" },
              { op: "move", path: "/spec/b", from: "/spec/a" },
            ],
          },
        },
      ],
    },
  });
  const prod = specFor(parsed(text), "prod");
  assert.deepEqual(
    [prod.replicas, prod.memory, prod.build.exclude],
    [{ min: 4, max: 20, cpu: 60 }, { stagger: undefined }, []],
  );
});

test("defaults of what is written in short", () => {
  const {
    metrics,
    crons,
    public: addresses,
    slo,
    health,
    replicas,
  } = parsed(`
name = "a"
replicas = { min = 1, max = 2 }
metrics = {}
crons = [{ name = "c", schedule = "@daily", command = "node c.js" }]
public = { host = "a.example.com" }
slo.availability = 99
health.live = "/live"
`).base;
  assert.deepEqual(metrics, { path: "/metrics", port: undefined });
  assert.deepEqual([crons[0]?.concurrency, crons[0]?.deadline, crons[0]?.everywhere], ["forbid", undefined, false]);
  assert.deepEqual(addresses, [{ host: "a.example.com", path: "/", tls: true }]);
  assert.deepEqual(slo, { availability: 99, latency: undefined, window: 30 });
  assert.deepEqual(health.live, { path: "/live", period: 10, timeout: 2, threshold: 3 });
  assert.deepEqual(replicas, { min: 1, max: 2, cpu: 70 });
});

test("what cannot be delivered yet, by environment and with places", () => {
  const app = parsed(text, ["pay.brief", "README.md"]);
  const said = (environment: string): readonly string[] =>
    notDeliverableYet(app, environment).map(({ line, code, message }) => {
      assert.equal(code, "not-deliverable-yet");
      return `${text.split("\n")[line - 1]} | ${message.split(":")[0]}`;
    });
  const everywhere = [
    'name = "pay" | rpc/pay.brief',
    "[[storages]] | [[storages]]",
    "[[events]] | [[events]]",
    'required = ["DB_PASSWORD"] | [secrets]',
  ];
  assert.deepEqual(said("prod"), everywhere);
  assert.deepEqual(said("staging"), everywhere);
  assert.deepEqual(notDeliverableYet(parsed('name = "a"\nsecrets.required = []'), "prod"), []);
});
