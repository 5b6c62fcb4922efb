import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Child, createChild } from "./child.ts";
import { portsPerCluster } from "./service-ports.ts";
import type { Terminal } from "./terminal.ts";

/** What the server is told about a cluster that runs beside it. */
interface EmbeddedCluster {
  readonly name: string;
  readonly environment: string;
  readonly addressTemplate: string;
  /** host:port of the cluster's HTTP gateway; unknown before the cluster was up once. */
  readonly gateway?: string | undefined;
  /** How often it came up since the supervisor began; 0: it has not yet. */
  readonly generation: number;
  /** Stopped by a person. */
  readonly stopped: boolean;
}

export interface EmbeddedClusters {
  readonly children: readonly Child[];
  /** All of them as they are now, as the server takes it. */
  message(): { readonly kind: "clusters"; readonly clusters: readonly EmbeddedCluster[] };
  onChange(listener: () => void): void;
  /** Does what the server asks for; anything else is left alone. */
  command(message: unknown, answer: (message: unknown) => void): void;
}

export interface EmbeddedClustersOptions {
  readonly home: string;
  readonly environment: string;
  readonly names: readonly string[];
  /** First port of the first cluster; each has 1,000. */
  readonly servicePorts: number;
  readonly terminal: Terminal;
}

/** What a cluster says of itself when it is up. */
const readyMessage = z.object({ kind: z.literal("ready"), gateway: z.string().optional() });
const commandMessage = z.object({
  kind: z.literal("cluster"),
  id: z.string(),
  cluster: z.string(),
  action: z.enum(["stop", "start"]),
});

export function embeddedClusters(options: EmbeddedClustersOptions): EmbeddedClusters {
  const { home, terminal } = options;
  const listeners: (() => void)[] = [];
  const gateways = new Map<string, string>();
  const generations = new Map<string, number>();
  const stopped = new Set<string>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  const children = new Map(
    options.names.map((name, index) => {
      const folder = join(home, "clusters", name);
      const child = createChild({
        name: `cluster ${name}`,
        file: fileURLToPath(new URL("cluster.ts", import.meta.url)),
        logFile: join(folder, "cluster.log"),
        environment: () => ({
          FAIRWAY_HOME: home,
          FAIRWAY_CLUSTER: name,
          FAIRWAY_SERVICE_PORTS: String(options.servicePorts + index * portsPerCluster),
        }),
        onMessage: (message) => {
          const ready = readyMessage.safeParse(message);
          if (!ready.success) return;
          generations.set(name, (generations.get(name) ?? 0) + 1);
          if (ready.data.gateway !== undefined) gateways.set(name, ready.data.gateway);
          changed();
        },
        onRestart: (text) => terminal.line(`  ${text}`),
      });
      return [name, child] as const;
    }),
  );

  return {
    children: [...children.values()],
    message: () => ({
      kind: "clusters",
      clusters: options.names.map((name, index) => ({
        name,
        environment: options.environment,
        addressTemplate: `http://127.0.0.1:{${options.servicePorts + index * portsPerCluster}+number}`,
        gateway: gateways.get(name),
        generation: generations.get(name) ?? 0,
        stopped: stopped.has(name),
      })),
    }),
    onChange: (listener) => listeners.push(listener),
    command(message, answer) {
      const command = commandMessage.safeParse(message);
      if (!command.success) return;
      const { id, cluster, action } = command.data;
      const child = children.get(cluster);
      if (child === undefined) return answer({ kind: "answer", id, ok: false, message: "there is no such cluster" });
      if (action === "stop") stopped.add(cluster);
      else stopped.delete(cluster);
      changed();
      (action === "stop" ? child.stop() : child.start()).then(
        () => answer({ kind: "answer", id, ok: true }),
        (error: unknown) =>
          answer({ kind: "answer", id, ok: false, message: error instanceof Error ? error.message : String(error) }),
      );
    },
  };
}
