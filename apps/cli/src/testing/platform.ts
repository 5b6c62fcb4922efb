import type { ClusterSummary, LogLine, Release, ServiceDetail, ServiceSummary } from "@fairway/api";
import { at, cause, rollout } from "./rollout-detail.ts";

type InCluster = ServiceSummary["clusters"][number];

function inCluster(cluster: string, more: Partial<InCluster> = {}): InCluster {
  return {
    cluster,
    release: "7c41e0b8a402",
    slot: "a",
    desired: 2,
    ready: 2,
    health: "healthy",
    reachable: true,
    drained: false,
    trafficShare: 0.5,
    address: "http://127.0.0.1:21001",
    ...more,
  };
}

function service(name: string, more: Partial<ServiceSummary> = {}): ServiceSummary {
  const {
    clusters: _clusters,
    findings: _findings,
    causes: _causes,
    sequence: _sequence,
    waves: _waves,
    steps: _steps,
    commands: _commands,
    offers: _offers,
    timeline: _timeline,
    objectChanges: _objectChanges,
    ...last
  } = rollout({ status: "succeeded", endedAt: at(5) });
  return {
    name,
    description: "keeps the users",
    kind: "business",
    owner: "accounts",
    engine: "node",
    environment: "prod",
    health: "healthy",
    release: "7c41e0b8a402",
    clusters: [inCluster("alpha"), inCluster("beta")],
    lastRollout: { ...last, service: name },
    url: `http://${name}.localhost:7080`,
    ...more,
  };
}

/** One that is well, one that is not, one of which little is known. */
export const services: readonly ServiceSummary[] = [
  service("user"),
  service("billing-of-everything-we-ever-sold", {
    owner: "a-team-with-a-long-name",
    health: "degraded",
    trouble: "in beta: the release crashes when it starts (CrashLoop)",
    clusters: [inCluster("alpha"), inCluster("beta", { ready: 0, health: "down", release: "5b02aa3d9e11" })],
  }),
  {
    name: "web",
    description: "",
    kind: "frontend",
    engine: "static",
    environment: "prod",
    health: "unknown",
    clusters: [inCluster("alpha", { reachable: false, health: "unknown" })],
  },
];

export const detail: ServiceDetail = {
  ...service("user", { health: "degraded" }),
  number: 1,
  namespace: "user",
  causes: [cause()],
  pods: [],
  dependencies: [
    { name: "data-bus", known: true, health: "healthy" },
    { name: "mail", known: false },
  ],
  consumers: [{ name: "web" }],
  rollouts: [service("user").lastRollout ?? rollout()],
  env: { LOG_LEVEL: "info" },
};

export const clusters: readonly ClusterSummary[] = [
  {
    name: "alpha",
    environment: "prod",
    embedded: true,
    reachable: true,
    version: "v1.36.3-fairway",
    nodes: 1,
    services: 3,
    stopped: false,
    lastSeenAt: at(55),
  },
  {
    name: "beta",
    environment: "prod",
    embedded: true,
    reachable: false,
    services: 2,
    stopped: true,
    lastSeenAt: at(0),
  },
  {
    name: "gamma",
    environment: "prod",
    embedded: false,
    reachable: false,
    trouble: "the certificate has expired",
    services: 0,
    stopped: false,
  },
];

export const releases: readonly Release[] = ["7c41e0b8a402", "5b02aa3d9e11", "5b1000000000"].map((name, n) => ({
  name,
  service: "user",
  environment: "prod",
  snapshot: `sha256:${String(n).repeat(64)}`,
  createdAt: at(-3600 * n),
  actor: "admin",
  available: n < 2,
  active: n === 0,
}));

export const logLines: readonly LogLine[] = [
  { cluster: "alpha", pod: "user-a-6d9f-x2", container: "app", release: "7c41e0b8a402", text: "listening" },
  {
    cluster: "beta",
    pod: "user-a-6d9f-z9",
    container: "app",
    text: "\u001b[2J\u001b[31mboom\u001b[0m\tat line 3\u0007",
  },
];
