import { isDeepStrictEqual } from "node:util";
import { kindOfResource } from "@fairway/objects";
import type { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { listObjects } from "../objects/list-objects.ts";
import { missingRights } from "../rights/missing-rights.ts";
import { neededRights } from "../rights/needed-rights.ts";
import { readVersion } from "../rights/read-version.ts";
import type { ClusterStatus } from "./cluster-view.ts";

/**
 * Asks a cluster regularly whether it is there, and at once when somebody suspects that it is not.
 *
 * @param troubles What the followers of objects cannot read at the moment.
 */
export function watchStatus(
  client: ApiClient,
  times: { readonly probe: number; readonly nodes: number },
  troubles: () => readonly (ClusterError | undefined)[],
  changed: (status: ClusterStatus) => void,
  signal: AbortSignal,
): { now(): ClusterStatus; askNow(): void } {
  const { time } = client;
  let status: ClusterStatus = {
    reachable: false,
    reason: undefined,
    version: undefined,
    nodes: undefined,
    missingPermissions: [],
    lastSeenAt: undefined,
  };
  let told = false;
  let countedAt = Number.NEGATIVE_INFINITY;
  let asking = false;
  let suspected = new AbortController();

  void run();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      asking = true;
      suspected = new AbortController();
      const next = await ask();
      asking = false;
      if (signal.aborted) return;
      tell(next);
      await time.sleep(times.probe, AbortSignal.any([signal, suspected.signal])).catch(() => {});
    }
  }

  async function ask(): Promise<ClusterStatus> {
    try {
      const version = await readVersion(client, signal);
      const back = !status.reachable;
      const missingPermissions = back ? await missingRights(client, neededRights(), signal) : status.missingPermissions;
      const due = back || time.elapsed() - countedAt >= times.nodes;
      const nodes = due ? await countNodes() : status.nodes;
      const reason = troubles().find((trouble) => trouble !== undefined && trouble.code !== "unreachable")?.message;
      return { reachable: true, reason, version, nodes, missingPermissions, lastSeenAt: time.now() };
    } catch (error) {
      return { ...status, reachable: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async function countNodes(): Promise<number | undefined> {
    countedAt = time.elapsed();
    const kind = kindOfResource("nodes");
    if (kind === undefined) return undefined;
    return listObjects(client, { kind }, signal).then(
      (nodes) => nodes.length,
      () => undefined,
    );
  }

  function tell(next: ClusterStatus): void {
    const before = { ...status, lastSeenAt: undefined };
    status = next;
    if (told && isDeepStrictEqual(before, { ...next, lastSeenAt: undefined })) return;
    told = true;
    changed(next);
  }

  return {
    now: () => status,
    askNow: () => {
      if (!asking && status.reachable) suspected.abort();
    },
  };
}
