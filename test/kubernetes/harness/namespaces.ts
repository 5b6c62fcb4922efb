import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Order, Program, Report } from "./keeper.ts";

/** Namespaces of their own for the programs of one cluster, and the process that keeps them. */
export interface Namespaces {
  /** Of the keeper, as the machine numbers it. */
  readonly pid: number;
  start(program: Program): Promise<void>;
  stop(name: string, signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  signal(name: string, signal: "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Ends everything in them. */
  close(): Promise<void>;
}

/** @param onEnd called when a program ends that nobody stopped */
export async function openNamespaces(
  folder: string,
  onEnd: (program: string, status: string) => void,
): Promise<Namespaces> {
  const log = openSync(path.join(folder, "keeper.log"), "a");
  const child = spawn(
    "unshare",
    [
      ...["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child=SIGKILL", "--mount-proc"],
      ...[process.execPath, "--no-warnings", path.join(import.meta.dirname, "keeper.ts")],
    ],
    // A signal to the test's process group, as Ctrl-C sends it, is the test's to handle.
    { stdio: ["ignore", log, log, "ipc"], detached: true },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const answers = new Map<number, (report: Report & { readonly id: number }) => void>();
  let orders = 0;
  const answer = (id: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`the keeper of the cluster ended: ${path.join(folder, "keeper.log")}`));
      child.once("exit", gone);
      answers.set(id, (report) => {
        child.off("exit", gone);
        answers.delete(id);
        if ("ok" in report && report.ok) resolve();
        else reject(new Error("error" in report ? report.error : "refused"));
      });
    });
  child.setMaxListeners(0);
  child.on("message", (report: Report) => {
    if ("ended" in report) onEnd(report.ended, report.status);
    else answers.get(report.id)?.(report);
  });
  const order = (what: Order): Promise<void> => {
    orders += 1;
    const answered = answer(orders);
    child.send({ id: orders, ...what });
    return answered;
  };
  await answer(0);
  return {
    pid: firstChild(child),
    start: (program) => order({ kind: "start", program }),
    stop: (name, signal = "SIGTERM") => order({ kind: "stop", name, signal }),
    signal: (name, signal) => order({ kind: "signal", name, signal }),
    async close() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

function firstChild({ pid }: ChildProcess): number {
  const [first = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return Number(first);
}
