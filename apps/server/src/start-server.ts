import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "@fairway/store";
import about from "../package.json" with { type: "json" };
import type { ConnectCluster } from "./clusters/cluster-link.ts";
import { connectKubernetes } from "./clusters/connect-kubernetes.ts";
import { type ParentChannel, supervisorLink } from "./clusters/supervisor-link.ts";
import { createApp } from "./http/app.ts";
import { commandAudit } from "./http/command-audit.ts";
import { type OwnNames, ownNames } from "./http/origin-guard.ts";
import type { ImageClient } from "./images/image-client.ts";
import { registryClient } from "./images/registry-client.ts";
import type { Log } from "./log.ts";
import { createPlatform } from "./platform.ts";
import type { Retention } from "./releases/retention.ts";
import type { Settings } from "./settings.ts";
import { createAuthenticator } from "./sign-in/authenticator.ts";
import { endedSessions } from "./sign-in/ended-sessions.ts";
import { secretFile } from "./sign-in/secret-file.ts";

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

const dashboard = fileURLToPath(new URL("../../dashboard/dist", import.meta.url));

export interface ServerParts {
  /** How clusters are reached; by kubeconfig unless a test has others. */
  readonly connect?: ConnectCluster;
  /** How registries are reached; over the network unless a test has others. */
  readonly images?: ImageClient;
  readonly retention?: Retention;
  /** How webhooks are tried again; over three days unless a test has no time. */
  readonly webhookBackOff?: readonly number[];
}

/** Opens the state, wires everything and listens on 127.0.0.1. Throws when the state or the port cannot be had. */
export async function startServer(
  settings: Settings,
  channel: ParentChannel,
  log: Log,
  parts: ServerParts = {},
): Promise<RunningServer> {
  const { home } = settings;
  const now = () => Date.now();
  const database = settings.databaseUrl;
  const [store, adminToken, sessionKey, webhookKey, ended] = await Promise.all([
    openStore(database === undefined ? { directory: join(home, "database") } : { databaseUrl: database }),
    secretFile(join(home, "admin-token"), "fairway_"),
    secretFile(join(home, "session-key")),
    secretFile(join(home, "webhook-key")),
    endedSessions(join(home, "ended-sessions"), now),
  ]);
  const authenticator = createAuthenticator(adminToken, ended, now);
  const supervisor = supervisorLink(channel);
  const platform = await createPlatform({
    ...{ home, store, supervisor, authenticator, log, now, webhookKey },
    publicUrl: settings.publicUrl,
    version: about.version,
    edgePort: settings.edgePort,
    embeddedClusters: settings.embeddedClusters,
    driftInterval: settings.driftInterval,
    keptRollouts: settings.keptRollouts,
    keptFor: settings.keptFor,
    kubeconfigLimits: settings.kubeconfigLimits,
    connect: parts.connect ?? connectKubernetes(log, settings.kubeconfigLimits),
    images: parts.images ?? registryClient(join(home, "layers")),
    ...(parts.retention === undefined ? {} : { retention: parts.retention }),
    ...(parts.webhookBackOff === undefined ? {} : { webhookBackOff: parts.webhookBackOff }),
  });
  const stopping = new AbortController();
  let names: OwnNames = ownNames(settings.port, settings.publicUrl);
  const app = await createApp(platform.handlers, {
    ...{ authenticator, log, sessionKey, dashboard },
    recordCommand: commandAudit(store.audit, log, now),
    stopping: stopping.signal,
    names: () => names,
  });
  await platform.start();
  await app.listen({ host: "127.0.0.1", port: settings.port });
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : settings.port;
  names = ownNames(port, settings.publicUrl);
  log.info("listening", { port, database: store.database });
  supervisor.ready();
  return {
    port,
    async stop() {
      stopping.abort();
      await app.close();
      await platform.stop();
      await store.close();
      log.info("stopped");
    },
  };
}
