import { createHash } from "node:crypto";
import { formatDocuments, placeInSlot, type ReleaseInputs, releaseName, render } from "@fairway/manifests";
import { builtinProfile, parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";
import { largeAppToml } from "./large-app-toml.ts";
import { median, type Row, type SizeRow } from "./measure.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** Services of one turn. */
const block = 200;
const turns = 15;
const warmUp = 3;

function specOf(appToml: string): ServiceSpec {
  const parsed = parseAppToml(appToml);
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("\n"));
  return specFor(parsed.value, "prod");
}

function inputsOf(spec: ServiceSpec): ReleaseInputs {
  const dependencies = spec.dependencies.map(({ name }) => name);
  return {
    environment: "prod",
    spec,
    namespace: spec.name,
    clusters: ["alpha", "beta"].map((name, index) => ({
      name,
      addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
      image: `registry.example.com/${spec.name}@sha256:${"0".repeat(64)}`,
      pullSecret: false,
      lead: index === 0,
      profile: builtinProfile,
    })),
    numbers: {},
    namespaces: Object.fromEntries(dependencies.map((name) => [name, name])),
    extras: [],
  };
}

function ordinary(number: number): string {
  return `name = "service-${number}"
owner = "team-${number % 20}"
replicas = 2
[engine]
name = "node"
[health]
ready = "/ready"
[env]
LOG_LEVEL = "info"
NUMBER = ${number}
[[dependencies]]
name = "service-${number + 1}"
[[dependencies]]
name = "service-${number + 2}"
[public]
host = "service-${number}.example.com"
`;
}

/** The engine in a process that runs, on one core: as a rate it is the bound over the time. */
export async function renderWarm(): Promise<readonly Row[]> {
  const texts = Array.from({ length: block }, (_, number) => ordinary(number));
  const specs = texts.map(specOf);
  const inputs = specs.map(inputsOf);
  const rendered = inputs.map((one) => render(one, sha256));
  const theirs = () => void rendered.map((objects) => JSON.parse(JSON.stringify(objects)));
  const row = (what: string, work: () => void, bound: string): Row => {
    const [ours, peers]: [number[], number[]] = [[], []];
    for (let turn = -warmUp; turn < turns; turn += 1) {
      const times = [timeOf(work), timeOf(theirs)] as const;
      if (turn < 0) continue;
      ours.push((times[0] / block) * 1000);
      peers.push((times[1] / block) * 1000);
    }
    return {
      what: `1,000 services, ${what}`,
      milliseconds: median(ours),
      peer: "their objects to JSON and back",
      peerMilliseconds: median(peers),
      bound,
    };
  };
  return [
    row("release inputs to objects of two clusters", () => void inputs.map((one) => render(one, sha256)), "500 ms"),
    row(
      "release inputs to placed objects, named, as YAML of one cluster",
      () => {
        for (const one of inputs) {
          const [alpha = []] = Object.values(render({ ...one, clusters: one.clusters.slice(0, 1) }, sha256));
          formatDocuments(placeInSlot(alpha, "a", releaseName(one, sha256)));
        }
      },
      "500 ms",
    ),
    row("app.toml to its settings", () => void texts.map(specOf), ""),
  ];
}

function timeOf(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

/** Run with `--expose-gc`: resident memory after 20,000 renders and after 100,000, in bytes. */
export function measureMemory(): { readonly early: number; readonly late: number } {
  const texts = [largeAppToml("shop", 2), ...Array.from({ length: 49 }, (_, number) => ordinary(number))];
  let early = 0;
  for (let done = 1; done <= 100_000; done += 1) {
    const inputs = inputsOf(specOf(texts[done % texts.length] ?? ""));
    const [alpha = []] = Object.values(render(inputs, sha256));
    formatDocuments(placeInSlot(alpha, "a", releaseName(inputs, sha256)));
    if (done === 20_000) early = resident();
  }
  return { early, late: resident() };
}

function resident(): number {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  return process.memoryUsage.rss();
}

/** More than that is a leak, and no chance. */
const mayGrow = 15e6;

export function memoryRows({ early, late }: ReturnType<typeof measureMemory>): readonly SizeRow[] {
  if (late - early > mayGrow) {
    throw new Error(`resident memory grew from ${early / 1e6} MB to ${late / 1e6} MB from 20,000 to 100,000 renders`);
  }
  return [
    { what: "resident after 20,000 renders", megabytes: early / 1e6, bound: "" },
    { what: "resident after 100,000 renders", megabytes: late / 1e6, bound: "the same" },
  ];
}
