import { type ContainerLog, wantedLogLines } from "@fairway/diagnosis";
import type { Cluster } from "../ports.ts";

/** The last lines of these containers; what cannot be read is left out, for it only explains. */
export async function readLogs(
  cluster: Pick<Cluster, "log">,
  namespace: string,
  wanted: readonly Omit<ContainerLog, "text">[],
  signal: AbortSignal,
): Promise<readonly ContainerLog[]> {
  const read = wanted.map(async ({ pod, container, previous }): Promise<readonly ContainerLog[]> => {
    const lines = { container, previous, tailLines: wantedLogLines };
    const text = await cluster.log({ namespace, name: pod }, lines, signal).catch(() => undefined);
    return text === undefined ? [] : [{ pod, container, previous, text }];
  });
  return (await Promise.all(read)).flat();
}
