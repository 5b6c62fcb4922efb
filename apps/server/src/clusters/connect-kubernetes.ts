import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Log } from "../log.ts";
import type { ConnectCluster } from "./cluster-link.ts";

/** Connects by the kubeconfig on disk. The adapter is loaded when the first cluster needs it. */
export function connectKubernetes(log: Log): ConnectCluster {
  return async (record, kubeconfig) => {
    const [{ connectCluster }, text] = await Promise.all([import("@fairway/kube"), readFile(kubeconfig, "utf8")]);
    return connectCluster({
      name: record.name,
      kubeconfig: text,
      directory: dirname(kubeconfig),
      ...(record.context === undefined ? {} : { context: record.context }),
      log: (line) => log.info(line),
    });
  };
}
