import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { KubeconfigLimits } from "@fairway/kube";
import type { Log } from "../log.ts";
import type { ConnectCluster } from "./cluster-link.ts";

/**
 * Connects by the kubeconfig on disk. The adapter is loaded when the first cluster needs it.
 *
 * @param limits for clusters that people registered; those that this platform runs write their own kubeconfigs
 */
export function connectKubernetes(log: Log, limits: KubeconfigLimits): ConnectCluster {
  return async (record, kubeconfig) => {
    const [{ connectCluster }, text] = await Promise.all([import("@fairway/kube"), readFile(kubeconfig, "utf8")]);
    return connectCluster({
      name: record.name,
      kubeconfig: text,
      directory: dirname(kubeconfig),
      environment: environmentOfPrograms(process.env),
      ...(record.embedded ? {} : { limits }),
      ...(record.context === undefined ? {} : { context: record.context }),
      log: (line) => log.info(line),
    });
  };
}

/** Programs that sign in find their own settings, but none of ours: the database's address has a password in it. */
function environmentOfPrograms(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== "DATABASE_URL" && !name.startsWith("FAIRWAY_")),
  );
}
