/** An address that stood in a variable. */
export interface Address {
  /** Lower case; undefined for `host:port` without one. */
  readonly scheme: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

/** Ports that a scheme means when none is named. Source: IANA's registry, and the projects' own documentation. */
export const usualPorts: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  grpc: 443,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  redis: 6379,
  rediss: 6379,
  mongodb: 27017,
  amqp: 5672,
  amqps: 5671,
  kafka: 9092,
  nats: 4222,
  cassandra: 9042,
  memcached: 11211,
  clickhouse: 9000,
  elasticsearch: 9200,
  smtp: 25,
  smtps: 465,
  ldap: 389,
  ldaps: 636,
};

/** What speaks at a port where no scheme says it, for ports that mean one thing. */
const byPort: Readonly<Record<number, string>> = {
  5432: "postgresql",
  3306: "mysql",
  6379: "redis",
  27017: "mongodb",
  5672: "amqp",
  9092: "kafka",
  9042: "cassandra",
  11211: "memcached",
  4222: "nats",
  9200: "elasticsearch",
};

/** Parts of variables' names that tell what is behind them. */
const byName: readonly (readonly [RegExp, string])[] = [
  [/POSTGRES|^PG|_PG_|PGHOST/i, "postgresql"],
  [/MYSQL|MARIADB/i, "mysql"],
  [/REDIS/i, "redis"],
  [/MONGO/i, "mongodb"],
  [/RABBIT|AMQP/i, "amqp"],
  [/KAFKA/i, "kafka"],
  [/CASSANDRA/i, "cassandra"],
  [/MEMCACHE/i, "memcached"],
  [/SMTP|MAIL/i, "smtp"],
  [/ELASTIC/i, "elasticsearch"],
  [/NATS/i, "nats"],
];

const url =
  /\b([a-z][a-z0-9+.-]*):\/\/(?:[^\s/@,;"']*@)?((?:[\w.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?(?:,[\w.-]+(?::\d{1,5})?)*)/gi;
const hostPort = /^([a-z0-9](?:[\w.-]*[a-z0-9])?)(?::(\d{1,5}))?$/i;
const addressName =
  /(^|_)(ADDR|ADDRESS|ADDRESSES|HOST|HOSTNAME|HOSTS|URL|URI|ENDPOINT|ENDPOINTS|SERVER|SERVERS|BROKER|BROKERS|DSN|BOOTSTRAP_SERVERS|UPSTREAM)$/i;

/**
 * The addresses in a variable's value: URLs, and `host:port` or bare hosts where the variable's name says that it holds
 * one. A host whose port stands in a variable beside it (`DB_HOST`, `DB_PORT`) gets that port.
 */
export function addressesIn(
  name: string,
  value: string,
  others: (name: string) => string | undefined,
): readonly Address[] {
  const urls = [...value.matchAll(url)].flatMap(([, scheme = "", hosts = ""]) =>
    hosts.split(",").map((one) => {
      const { host, port } = parts(one);
      const plain = scheme
        .toLowerCase()
        .replace(/^jdbc:/, "")
        .replace(/\+.*$/, "");
      return { scheme: plain, host, port: port ?? usualPorts[plain] };
    }),
  );
  if (urls.length > 0) return urls.filter(({ host }) => isHost(host));
  const found = value.split(/[,;\s]+/).flatMap((word): Address[] => {
    const match = hostPort.exec(word);
    if (match === null || (!addressName.test(name) && match[2] === undefined)) return [];
    const { host, port } = parts(word);
    const beside = others(name.replace(/(HOSTNAME|HOST|ADDRESS|ADDR|SERVER)$/i, "PORT"));
    const scheme = byName.find(([pattern]) => pattern.test(name))?.[1];
    const told = port ?? (beside !== undefined && /^\d{1,5}$/.test(beside) ? Number(beside) : undefined);
    const known = told ?? (scheme === undefined ? undefined : usualPorts[scheme]);
    return isHost(host)
      ? [{ scheme: scheme ?? (known === undefined ? undefined : byPort[known]), host, port: known }]
      : [];
  });
  return addressName.test(name) || found.length === 1 ? found : [];
}

function parts(text: string): { readonly host: string; readonly port: number | undefined } {
  const colon = text.lastIndexOf(":");
  const port = Number(text.slice(colon + 1));
  const named = colon > 0 && !text.endsWith("]") && Number.isInteger(port) && port > 0 && port < 65_536;
  return { host: (named ? text.slice(0, colon) : text).toLowerCase(), port: named ? port : undefined };
}

/** Not this pod itself, no number, no file. */
function isHost(host: string): boolean {
  return (
    /[a-z]/.test(host) &&
    !/^(localhost|.*\.localhost|0\.0\.0\.0|true|false|none|null|example)$/.test(host) &&
    !/\.(ya?ml|json|js|ts|py|php|sh|conf|log|txt|html?)$/.test(host)
  );
}

/** A Service's name and namespace in a cluster's own address; undefined for a host outside. */
export function inCluster(
  host: string,
): { readonly service: string; readonly namespace: string | undefined } | undefined {
  const match = /^([a-z0-9-]+)(?:\.([a-z0-9-]+))?(?:\.svc(?:\.cluster\.local)?)?$/.exec(host);
  const [, service, namespace] = match ?? [];
  // `shop.example` could be either; `.svc` and single words are the cluster's.
  if (
    service === undefined ||
    (namespace !== undefined && !/\.svc(\.cluster\.local)?$/.test(host) && !/^[a-z0-9-]+\.[a-z0-9-]+$/.test(host))
  )
    return undefined;
  return { service, namespace: namespace === "svc" ? undefined : namespace };
}
