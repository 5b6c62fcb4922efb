import { setTimeout as pause } from "node:timers/promises";
import { clusterContract } from "../cluster.contract.ts";
import { memoryCluster } from "./memory-cluster.ts";

clusterContract("memory", async () => {
  const ended = new AbortController();
  const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    pause(milliseconds, undefined, { signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal });
  const cluster = memoryCluster("memory", { now: Date.now, sleep });
  return {
    cluster,
    applyAs: async (manager, object) => cluster.applyAs(manager, object),
    cut: async () => cluster.cut(),
    mend: async () => cluster.mend(),
    close: async () => ended.abort(),
  };
});
