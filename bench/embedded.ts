import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type KubernetesClient, kubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import type { Scope } from "../test/e2e/platform.ts";

/** An embedded cluster in a process of its own. */
export interface Embedded {
  readonly client: KubernetesClient;
  /** Milliseconds from the call that starts it to its answer, in a process that has loaded the code. */
  readonly call: number;
  /** Milliseconds from before the process is started to the same answer. */
  readonly whole: number;
  /** Resident memory in bytes after a collection. */
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts an embedded cluster in a new folder, which ends with `scope` at the latest. */
export async function startEmbedded(scope: Scope): Promise<Embedded> {
  const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
  const begin = performance.now();
  const child = fork(path.join(import.meta.dirname, "minicluster-process.ts"), [folder], {
    execArgv: ["--no-warnings", "--expose-gc"],
  });
  const stop = async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  scope.after(stop);
  const [{ kubeconfig, milliseconds }] = await once(child, "message");
  const whole = performance.now() - begin;
  const client = kubernetesClient(await readFile(kubeconfig, "utf8"));
  return {
    client,
    call: milliseconds,
    whole,
    async bytes() {
      child.send("bytes");
      const [{ bytes }] = await once(child, "message");
      return bytes;
    },
    async stop() {
      client.close();
      await stop();
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill();
  await exit;
}
