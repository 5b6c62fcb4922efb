import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "./connect.ts";

export interface Environment {
  readonly name: string;
  readonly clusters: readonly string[];
  /** Prefix of the registry that the server pushes images to; absent where there is none. */
  readonly registry?: string | undefined;
  /** ` --env prod` for commands that are suggested; empty where there is only one environment. */
  readonly flag: string;
  /** All that exist. */
  readonly all: readonly string[];
}

/** The environment that a command means: `--env`, or the only one. */
export async function environmentOf(connected: Connected, wanted: string | undefined): Promise<Environment> {
  const { environments } = await connected.client.platform();
  const all = environments.map(({ name }) => name);
  const [only, ...others] = environments;
  if (wanted !== undefined) {
    const found = environments.find(({ name }) => name === wanted);
    if (found === undefined)
      throw new CommandFailure("environment-unknown", `There is no environment "${wanted}".`, {
        exitCode: exitCode.usage,
        advice: `one of: ${all.join(", ")}`,
      });
    return { ...found, flag: others.length === 0 ? "" : ` --env ${found.name}`, all };
  }
  if (only === undefined)
    throw new CommandFailure("environment-unknown", "There is no environment yet.", {
      advice: "fairway cluster add <name> --kubeconfig <file> --env prod",
    });
  if (others.length > 0)
    throw new CommandFailure("environment-ambiguous", "Which environment?", {
      exitCode: exitCode.usage,
      advice: `add --env, one of: ${all.join(", ")}`,
    });
  return { ...only, flag: "", all };
}
