import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** The checkout. */
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A port that was asked for must be free; one that is only usual may be another one. */
export interface PortWish {
  readonly port: number;
  readonly asked: boolean;
  /** Where it was asked for. */
  readonly variable: string;
}

export interface Settings {
  /** Absolute folder of everything that outlives the processes. */
  readonly home: string;
  readonly server: PortWish;
  readonly edge: PortWish;
  /** Folder with services to deploy at the start; undefined: none. */
  readonly examples: string | undefined;
  /** One JSON object per line instead of text for people. */
  readonly json: boolean;
  /** The file that tells `fairway` where the server is. */
  readonly contextFile: string;
  /** First port for calls between services, when one was asked for. */
  readonly servicePorts: number | undefined;
}

/** What the person who typed `npm start` can do something about; its message is for him. */
export class UsageError extends Error {}

/**
 * Reads the command line and the environment: FAIRWAY_HOME, FAIRWAY_PORT, FAIRWAY_EDGE_PORT (0: any free one),
 * FAIRWAY_SERVICE_PORTS, FAIRWAY_EXAMPLES=off, XDG_CONFIG_HOME. Throws `UsageError`.
 */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const flags = parseFlags(args);
  const variable = (name: string) => environment[name] || undefined;
  const examples = flags.examples && variable("FAIRWAY_EXAMPLES") !== "off";
  return {
    home: resolve(variable("FAIRWAY_HOME") ?? join(root, ".fairway")),
    server: portWish("FAIRWAY_PORT", variable("FAIRWAY_PORT"), 7070),
    edge: portWish("FAIRWAY_EDGE_PORT", variable("FAIRWAY_EDGE_PORT"), 7080),
    examples: examples ? join(root, "examples") : undefined,
    json: flags.json,
    contextFile: join(variable("XDG_CONFIG_HOME") ?? join(homedir(), ".config"), "fairway", "context.json"),
    servicePorts: askedPort("FAIRWAY_SERVICE_PORTS", variable("FAIRWAY_SERVICE_PORTS")),
  };
}

function parseFlags(args: readonly string[]): { readonly examples: boolean; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { examples: { type: "boolean", default: true }, json: { type: "boolean", default: false } },
      allowNegative: true,
    });
    return values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}\n  npm start -- [--no-examples] [--json]`, { cause: error });
  }
}

function portWish(variable: string, text: string | undefined, usual: number): PortWish {
  const port = askedPort(variable, text);
  return { port: port ?? usual, asked: port !== undefined, variable };
}

function askedPort(variable: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`${variable}=${text} is not a port (0 to 65535)`);
  return port;
}
