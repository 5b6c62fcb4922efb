import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serviceAccountKeys } from "./access/service-account-keys.ts";
import { serviceAccountTokens } from "./access/service-account-tokens.ts";
import type { BackOffTimes } from "./agent/back-off.ts";
import type { Unpack } from "./agent/process/image-store.ts";
import type { ContainerUsage } from "./agent/process/process-runtime.ts";
import { systemClock } from "./clock/clock.ts";
import { type ApiServer, startApiServer } from "./http/api-server.ts";
import { openObjects } from "./open-objects.ts";
import { type RunningCluster, runCluster } from "./run-cluster.ts";
import { serverCertificate } from "./tls/certificate.ts";

export interface MiniclusterOptions {
  /** Names the cluster's context in the kubeconfig and its one node. */
  readonly name: string;
  /** Everything of the cluster is in it; made when needed. One process per directory. */
  readonly directory: string;
  /** Folder of the snapshots that pods may run: `<hex of sha256>.tar`. */
  readonly snapshots: string;
  /** Unpacks such a tar into a folder that appears whole or not at all. */
  readonly unpack: Unpack;
  /** The service with the platform-wide number n is reached on 127.0.0.1 at `addressBase + n`. */
  readonly addressBase: number;
  /** By default the one of the last start, or a free one. */
  readonly apiPort?: number;
  /** By default the one of the last start, or a free one. */
  readonly ingressPort?: number;
  /** How long failing containers and pulls wait; 1 s doubling to 30 s by default. */
  readonly backOff?: BackOffTimes;
  /** One line for each thing that an operator may want to know. */
  readonly log: (message: string) => void;
}

/** A running cluster. */
export interface Minicluster {
  /** Readable by the owner only: it holds the token. */
  readonly kubeconfigPath: string;
  /** `https://127.0.0.1:<port>` */
  readonly apiUrl: string;
  /** `host:port` of the gateway that routes by Host. */
  readonly ingressAddress: string;
  /** Memory and processor time of each running container. */
  usage(): readonly ContainerUsage[];
  /** Ends the API and all pods' processes, giving them `graceMilliseconds` (3,000 by default). A second call may shorten that. */
  stop(options?: { readonly graceMilliseconds?: number }): Promise<void>;
}

/**
 * Starts a cluster from its folder: ends what a killed process of it left, opens its objects, starts its pods again, and serves its API.
 * Rejects when the state is damaged, or a port that was asked for is taken.
 */
export async function startMinicluster(options: MiniclusterOptions): Promise<Minicluster> {
  const { directory, name, log } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ports = readPorts(directory);
  const objects = openObjects({ directory: join(directory, "state"), clock: systemClock });
  let running: RunningCluster | undefined;
  try {
    const { certificate } = await serverCertificate(directory, systemClock.now());
    const { forSecret } = serviceAccountTokens(objects.store, serviceAccountKeys(directory), systemClock);
    const tokens = { certificate, tokenFor: forSecret };
    running = await onPort(options.ingressPort, ports.ingressPort, (ingressPort) =>
      runCluster(objects, { ...options, ingressPort, tokens, onError: log }),
    );
    const cluster = running;
    const api: ApiServer = await onPort(options.apiPort, ports.apiPort, (port) =>
      startApiServer({ objects, directory, clock: systemClock, logs: cluster.logs, port }),
    );
    const kubeconfigPath = join(directory, "kubeconfig");
    writePrivately(kubeconfigPath, api.kubeconfig(name));
    const ingressPort = Number(cluster.ingressAddress.split(":").at(-1));
    writePrivately(join(directory, "cluster.json"), `${JSON.stringify({ name, apiPort: api.port, ingressPort })}\n`);
    let closed: Promise<void> | undefined;
    return {
      kubeconfigPath,
      apiUrl: api.url,
      ingressAddress: cluster.ingressAddress,
      usage: () => cluster.usage(),
      async stop(stopOptions = {}) {
        closed ??= api.close();
        await closed;
        await cluster.stop(stopOptions);
        objects.close();
      },
    };
  } catch (error) {
    await running?.stop({ graceMilliseconds: 0 });
    objects.close();
    throw error;
  }
}

/** A port that was asked for is a must; one of the last start is a wish. */
async function onPort<T>(
  asked: number | undefined,
  last: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  if (asked !== undefined || last === undefined) return start(asked ?? 0);
  try {
    return await start(last);
  } catch {
    return start(0);
  }
}

/** Ports of the last start; a file that cannot be read is as none. */
function readPorts(directory: string): { readonly apiPort?: number; readonly ingressPort?: number } {
  try {
    const kept: unknown = JSON.parse(readFileSync(join(directory, "cluster.json"), "utf8"));
    return { ...portOf(kept, "apiPort"), ...portOf(kept, "ingressPort") };
  } catch {
    return {};
  }
}

function portOf<Name extends string>(kept: unknown, name: Name): { readonly [N in Name]?: number } {
  if (typeof kept !== "object" || kept === null) return {};
  const port: unknown = Object.entries(kept).find(([key]) => key === name)?.[1];
  const valid = typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536;
  return valid ? ({ [name]: port } as { readonly [N in Name]?: number }) : {};
}

function writePrivately(path: string, text: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}
