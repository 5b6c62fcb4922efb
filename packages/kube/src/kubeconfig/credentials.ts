import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { findProgram, readAllowedFile } from "./kubeconfig-limits.ts";
import {
  type Kubeconfig,
  type KubeconfigSource,
  loadKubeconfig,
  type Material,
  requireAllowed,
} from "./load-kubeconfig.ts";
import { runPlugin } from "./run-plugin.ts";

/** How to reach one API and be let in. */
export interface Credentials {
  /** The API's address; never has a password in it. */
  readonly server: URL;
  /** For one request. Plugins and files are asked again when what they gave is too old. Throws an `Error` for people. */
  authorize(): Promise<Authorization>;
  /** After a 401: the next `authorize` asks plugins and files again, unless that has happened since. */
  renew(refused: Authorization): void;
  /** Ends every connection. */
  close(): void;
}

/** What one request carries. */
export interface Authorization {
  readonly agent: http.Agent;
  readonly headers: http.OutgoingHttpHeaders;
}

export interface CredentialsSource extends KubeconfigSource {
  /** Variables for programs that sign in; by default those of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** How long the content of files counts, in milliseconds. Service account tokens change an hour before they end. */
const filesCount = 10_000;
/** A credential is renewed so long before it ends: a request takes time. */
const early = 5_000;
/** A program that failed is not run again before, in milliseconds: many requests may be waiting for it. */
const failureCounts = 1_000;

export async function openCredentials(source: CredentialsSource): Promise<Credentials> {
  const config = await loadKubeconfig(source);
  await requireAllowed(config, source.limits);
  const files = remembered(
    () => readFiles(config, source),
    (_, at) => at + filesCount,
  );
  const { plugin } = config;
  const signIn =
    plugin === undefined
      ? undefined
      : remembered(
          async () => {
            const file = await findProgram(plugin.command, Object.keys(plugin.env), source.limits);
            const { authority } = await files.get();
            return runPlugin(plugin, file, source.environment ?? process.env, clusterInfo(config, authority));
          },
          ({ expiresAt }) => (expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - early),
        );
  let current: { readonly identity: string; readonly agent: http.Agent } | undefined;
  const former = new Set<http.Agent>();
  let latest: Authorization | undefined;
  let latestOf: readonly unknown[] = [];

  function agentFor(tls: TlsMaterial): http.Agent {
    const identity = createHash("sha256")
      .update(JSON.stringify([tls.authority, tls.certificate, tls.key].map((part) => part?.toString("base64"))))
      .digest("hex");
    if (current?.identity === identity) return current.agent;
    // Requests under way keep their connection, new ones must not take up one of the former identity.
    if (current !== undefined) retire(current.agent);
    current = { identity, agent: makeAgent(config, tls) };
    return current.agent;
  }

  function retire(agent: http.Agent): void {
    former.add(agent);
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  return {
    server: config.server,
    async authorize() {
      const read = await files.get();
      const given = await signIn?.get();
      if (latest !== undefined && latestOf[0] === read && latestOf[1] === given) return latest;
      const agent = agentFor({
        authority: read.authority,
        certificate: given?.certificate === undefined ? read.certificate : Buffer.from(given.certificate),
        key: given?.key === undefined ? read.key : Buffer.from(given.key),
      });
      latest = { agent, headers: headersOf(config, given?.token ?? read.token) };
      latestOf = [read, given];
      return latest;
    },
    renew(refused) {
      if (refused !== latest) return;
      latest = undefined;
      files.forget();
      signIn?.forget();
    },
    close() {
      current?.agent.destroy();
      for (const agent of former) agent.destroy();
    },
  };
}

interface TlsMaterial {
  readonly authority: Buffer | undefined;
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
}

interface FileContents extends TlsMaterial {
  readonly token: string | undefined;
}

async function readFiles(config: Kubeconfig, { limits }: KubeconfigSource): Promise<FileContents> {
  const read = async (material: Material | undefined): Promise<Buffer | undefined> => {
    if (material === undefined) return undefined;
    return "data" in material ? material.data : readAllowedFile(material.file, limits);
  };
  const { tokenFile } = config;
  const [authority, certificate, key, token] = await Promise.all([
    read(config.authority),
    read(config.certificate),
    read(config.key),
    tokenFile === undefined ? undefined : readAllowedFile(tokenFile, limits),
  ]);
  return { authority, certificate, key, token: token?.toString("utf8").trim() ?? config.token };
}

/** The last value while it counts, asked for once however many want it. */
function remembered<T>(ask: () => Promise<T>, until: (value: T, at: number) => number) {
  let known: { readonly value: Promise<T>; counts: number } | undefined;
  return {
    get(): Promise<T> {
      if (known !== undefined && Date.now() < known.counts) return known.value;
      const asked = { value: ask(), counts: Number.POSITIVE_INFINITY };
      known = asked;
      asked.value.then(
        (value) => {
          asked.counts = until(value, Date.now());
        },
        () => {
          asked.counts = Date.now() + failureCounts;
        },
      );
      return asked.value;
    },
    forget() {
      known = undefined;
    },
  };
}

function makeAgent(config: Kubeconfig, { authority, certificate, key }: TlsMaterial): http.Agent {
  const { server, proxy, serverName, skipVerify } = config;
  const common = {
    keepAlive: true,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  };
  if (server.protocol === "http:") return new http.Agent(common);
  return new https.Agent({
    ...common,
    ...(authority === undefined ? {} : { ca: authority }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(skipVerify ? { rejectUnauthorized: false } : {}),
  });
}

function headersOf(config: Kubeconfig, token: string | undefined): Authorization["headers"] {
  const { basic, impersonate } = config;
  const pair = basic === undefined ? undefined : `${basic.username}:${basic.password}`;
  const headers = {
    ...(pair === undefined ? {} : { Authorization: `Basic ${Buffer.from(pair).toString("base64")}` }),
    ...(token === undefined || token === "" ? {} : { Authorization: `Bearer ${token}` }),
    ...(impersonate === undefined ? {} : { "Impersonate-User": impersonate.user }),
    ...(impersonate === undefined || impersonate.groups.length === 0
      ? {}
      : { "Impersonate-Group": [...impersonate.groups] }),
    ...(impersonate === undefined || impersonate.uid === "" ? {} : { "Impersonate-Uid": impersonate.uid }),
  };
  for (const [name, value] of Object.entries(headers))
    for (const one of [value].flat())
      try {
        http.validateHeaderValue(name, one);
      } catch {
        // Node's own error is none for people.
        throw new Error(`what they give for ${name} has characters that cannot be sent`);
      }
  return headers;
}

function clusterInfo(config: Kubeconfig, authority: Buffer | undefined): Readonly<Record<string, unknown>> {
  return {
    server: config.server.href.replace(/\/$/, ""),
    ...(config.serverName === undefined ? {} : { "tls-server-name": config.serverName }),
    ...(config.skipVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(authority === undefined ? {} : { "certificate-authority-data": authority.toString("base64") }),
    ...(config.proxy === undefined ? {} : { "proxy-url": config.proxy }),
  };
}
