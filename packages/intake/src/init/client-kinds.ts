import type { StorageKind } from "@fairway/spec";
import { type FolderFacts, textOf } from "../folder/folder-facts.ts";
import { jsonFile } from "../folder/json-file.ts";
import { dependencyNames } from "../folder/package-json.ts";
import type { Guess } from "./guess.ts";

/** Packages by which a service speaks with a database. */
const clients: Readonly<Record<string, StorageKind>> = {
  pg: "postgresql",
  postgres: "postgresql",
  mysql: "mysql",
  mysql2: "mysql",
  redis: "redis",
  ioredis: "redis",
  mongodb: "mongodb",
  mongoose: "mongodb",
  "cassandra-driver": "cassandra",
  amqplib: "rabbitmq",
  kafkajs: "kafka",
  "@aws-sdk/client-s3": "s3",
};

const clientLines: readonly (readonly [RegExp, StorageKind])[] = [
  [/\b(github\.com\/(jackc\/pgx|lib\/pq)|psycopg|asyncpg)/i, "postgresql"],
  [/\b(github\.com\/go-sql-driver\/mysql|mysqlclient|pymysql)/i, "mysql"],
  [/\b(github\.com\/redis\/go-redis|^redis\b|predis\/predis)/im, "redis"],
  [/\b(go\.mongodb\.org\/mongo-driver|pymongo)/i, "mongodb"],
  [/\b(github\.com\/rabbitmq\/amqp091-go|^pika\b)/im, "rabbitmq"],
  [/\b(github\.com\/segmentio\/kafka-go|confluent-kafka|kafka-python)/i, "kafka"],
];

/** Databases that the packages speak of, which no file names: worth a thought, not a line. */
export function clientKinds(facts: FolderFacts): readonly Guess<StorageKind>[] {
  const found = new Map<StorageKind, string>();
  for (const name of dependencyNames(jsonFile(facts, "package.json") ?? {})) {
    const kind = Object.hasOwn(clients, name) ? clients[name] : undefined;
    if (kind !== undefined) found.set(kind, `the package ${name}`);
  }
  for (const file of ["go.mod", "requirements.txt", "pyproject.toml", "Pipfile", "composer.json"])
    for (const [pattern, kind] of clientLines) {
      const name = pattern.exec(textOf(facts, file) ?? "")?.[0];
      if (name !== undefined) found.set(kind, `${name} in ${file}`);
    }
  return [...found].map(([value, reason]) => ({ value, reason }));
}
