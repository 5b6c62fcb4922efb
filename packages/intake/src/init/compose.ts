import type { StorageKind } from "@fairway/spec";
import { parse } from "yaml";
import { type FolderFacts, textOf } from "../folder/folder-facts.ts";
import { asTable, type Json, textIn } from "../folder/json-file.ts";
import { isGiven, looksSecret } from "../folder/variables.ts";
import type { Guess, Note, Origin } from "./guess.ts";
import { pathInHealthCommand } from "./health-origin.ts";
import { serviceName } from "./names.ts";

const files = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** By what an image's name ends with, before its tag. */
const storageImages: readonly (readonly [RegExp, StorageKind])[] = [
  [/(postgres|postgresql|postgis|timescaledb|pgvector)$/, "postgresql"],
  [/(mysql|mysql-server|mariadb|percona)$/, "mysql"],
  [/(redis|redis-stack|redis-stack-server|valkey|keydb|dragonfly)$/, "redis"],
  [/(mongo|mongodb|mongodb-community-server)$/, "mongodb"],
  [/(cassandra|scylla)$/, "cassandra"],
  [/rabbitmq$/, "rabbitmq"],
  [/(kafka|cp-kafka|redpanda)$/, "kafka"],
  [/(minio|localstack|seaweedfs|garage)$/, "s3"],
];
/** What stands beside services on a laptop, and what the platform has itself. */
const tools =
  /(^|\/)(adminer|pgadmin4?|phpmyadmin|mailhog|mailpit|mailcatcher|zookeeper|cp-zookeeper|kafka-ui|redis-commander|redisinsight|mongo-express|prometheus|grafana|jaeger|all-in-one|otel\S*|nginx|traefik|caddy|haproxy|busybox|alpine|mc)$/;

/** A compose file: the service that is built here, its databases, and what it calls. */
export function composeOrigin(facts: FolderFacts): Origin | undefined {
  const path = files.find((file) => textOf(facts, file) !== undefined);
  if (path === undefined) return undefined;
  const services = servicesOf(textOf(facts, path) ?? "");
  const own = ownService(services);
  const around = needed(services, own);
  const reason = (name: string) => `${name} in ${path}`;
  const kinds = around.map(([name, about]) => ({ name, kind: storageKind(imageName(about)), about }));
  const storages = kinds.flatMap(({ name, kind }): Origin["storages"] & object => {
    const label = serviceName(name);
    return kind === undefined || label === undefined ? [] : [{ value: { kind, name: label }, reason: reason(name) }];
  });
  const dependencies = kinds.flatMap(({ name, kind, about }): readonly Guess<string>[] => {
    const label = serviceName(name);
    if (kind !== undefined || label === undefined || tools.test(imageName(about) ?? "")) return [];
    // Another process of the same code is no other service.
    if (own !== undefined && sameCode(own[1], about)) return [];
    return [{ value: label, reason: reason(name) }];
  });
  const twins = own === undefined ? [] : services.filter(([name, about]) => name !== own[0] && sameCode(own[1], about));
  const names = services.map(([name]) => name);
  const settings = own === undefined ? [] : variablesOf(own[1]);
  const inside = own === undefined ? "" : reason(own[0]);
  const notes: Note[] = [
    ...twins.map(
      ([name]): Note => ({
        table: "",
        text: `${name} in ${path} runs the same code: a service of its own, with kind = "job" if it serves no requests`,
      }),
    ),
    ...settings.flatMap(([name, value]): readonly Note[] => {
      const host = names.find((one) => new RegExp(`(^|[/@])${escaped(one)}(:|/|$)`).test(value));
      if (host === undefined || looksSecret(name)) return [];
      const dependency = dependencies.find((one) => one.value === serviceName(host));
      const gives =
        dependency !== undefined
          ? `the platform sets SERVICE_${dependency.value.toUpperCase().replaceAll("-", "_")}_URL`
          : "the address comes with [[storages]]";
      return [{ table: "env", text: `${name} pointed at ${host}: ${gives}` }];
    }),
  ];
  const pointing = new Set(notes.map(({ text }) => text.split(" ")[0]));
  const plain = settings.filter(([name]) => !isGiven(name) && !pointing.has(name));
  const isSecret = ([name, value]: readonly [string, string]) =>
    looksSecret(name) || /:\/\/[^/\s:@]+:[^/\s@]+@/.test(value);
  return {
    storages,
    dependencies,
    ...(own === undefined ? {} : ownFacts(own, inside)),
    env: plain
      .filter((one) => !isSecret(one) && one[1] !== "" && !one[1].includes("$"))
      .map(([name, value]) => ({ value: { name, value }, reason: inside })),
    openEnv: plain
      .filter((one) => !isSecret(one) && (one[1] === "" || one[1].includes("$")))
      .map(([name]) => ({ value: name, reason: inside })),
    secrets: plain.filter(isSecret).map(([name]) => ({ value: name, reason: inside })),
    notes,
  };
}

function ownFacts(
  [name, about]: readonly [string, Json],
  reason: string,
): Pick<Origin, "name" | "run" | "port" | "ready"> {
  const command = about["command"];
  const words = Array.isArray(command) && command.every((word) => typeof word === "string") ? command : undefined;
  const line = words ?? textIn(about, "command");
  const first = Array.isArray(about["ports"]) ? about["ports"][0] : undefined;
  const target =
    typeof first === "object"
      ? asTable(first)["target"]
      : String(first ?? "")
          .split("/")[0]
          ?.split(":")
          .at(-1);
  const port = Number(target);
  const test = asTable(about["healthcheck"])["test"];
  const check = Array.isArray(test) ? test.join(" ") : typeof test === "string" ? test : "";
  return {
    name: { value: name, reason },
    ...(line === undefined || line.length === 0 ? {} : { run: { value: line, reason: `command of ${reason}` } }),
    ...(Number.isInteger(port) && port > 0 ? { port: { value: port, reason: `ports of ${reason}` } } : {}),
    ready: pathInHealthCommand(check, `healthcheck of ${reason}`),
  };
}

type Entry = readonly [name: string, about: Json];

function servicesOf(text: string): readonly Entry[] {
  try {
    const file: unknown = parse(text, { maxAliasCount: 100, logLevel: "silent" });
    return Object.entries(asTable(asTable(file)["services"])).map(([name, about]) => [name, asTable(about)]);
  } catch {
    return [];
  }
}

/** What is built from this folder; of several, the one that opens a port. */
function ownService(services: readonly Entry[]): Entry | undefined {
  const here = services.filter(([, about]) => /^(\.|\.\/)$/.test(contextOf(about) ?? ""));
  return here.find(([, about]) => about["ports"] !== undefined) ?? here[0];
}

function contextOf(about: Json): string | undefined {
  const build = about["build"];
  return typeof build === "string"
    ? build
    : (textIn(asTable(build), "context") ?? (build === undefined ? undefined : "."));
}

function sameCode(own: Json, other: Json): boolean {
  return contextOf(other) !== undefined && contextOf(own) === contextOf(other);
}

/** What the service depends on, where it says so; otherwise everything beside it. */
function needed(services: readonly Entry[], own: Entry | undefined): readonly Entry[] {
  const others = services.filter(([name]) => name !== own?.[0]);
  const wanted = own?.[1]["depends_on"];
  const names = Array.isArray(wanted) ? wanted.map(String) : Object.keys(asTable(wanted));
  return names.length === 0
    ? others
    : others.filter(([name, about]) => names.includes(name) || storageKind(imageName(about)) !== undefined);
}

function imageName(about: Json): string | undefined {
  return textIn(about, "image")
    ?.split("@")[0]
    ?.replace(/:[^:/]*$/, "");
}

function storageKind(image: string | undefined): StorageKind | undefined {
  return image === undefined ? undefined : storageImages.find(([pattern]) => pattern.test(image))?.[1];
}

function variablesOf(about: Json): readonly (readonly [string, string])[] {
  const environment = about["environment"];
  if (Array.isArray(environment))
    return environment.map(String).map((line) => {
      const at = line.indexOf("=");
      return at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
    });
  return Object.entries(asTable(environment)).map(([name, value]) => [name, value === null ? "" : String(value)]);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
