/**
 * The first process of a cluster's own process, mount and network namespaces. It starts and stops the cluster's programs
 * as its parent says. When it ends the kernel ends them all and takes mounts and network away; and it ends when the
 * parent does, however that dies.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";

/** One program of the cluster. */
export interface Program {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Its output is appended here. */
  readonly log: string;
}

export type Order =
  | { readonly kind: "start"; readonly program: Program }
  | { readonly kind: "stop"; readonly name: string; readonly signal: "SIGTERM" | "SIGKILL" }
  | { readonly kind: "signal"; readonly name: string; readonly signal: "SIGSTOP" | "SIGCONT" };

export type Report =
  | { readonly id: number; readonly ok: true }
  | { readonly id: number; readonly ok: false; readonly error: string }
  /** A program ended that nobody stopped. */
  | { readonly ended: string; readonly status: string };

const running = new Map<string, ChildProcess>();

function report(message: Report): void {
  process.send?.(message);
}

async function obey(order: Order): Promise<void> {
  if (order.kind === "signal") {
    running.get(order.name)?.kill(order.signal);
    return;
  }
  if (order.kind === "stop") {
    const child = running.get(order.name);
    if (child === undefined) return;
    running.delete(order.name);
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(order.signal);
    await ended;
    return;
  }
  const { name, command, env, log } = order.program;
  const [program, ...args] = command;
  const output = openSync(log, "a");
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", output, output] });
  running.set(name, child);
  child.once("error", (error) => report({ ended: name, status: error.message }));
  child.once("exit", (code, signal) => {
    if (running.get(name) !== child) return;
    running.delete(name);
    report({ ended: name, status: signal ?? `exit code ${code}` });
  });
}

// What programs keep under fixed names would meet the machine's own and other clusters'.
for (const folder of ["/run", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers"]) {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder]);
}
execFileSync("ip", ["link", "set", "lo", "up"]);

process.on("disconnect", () => process.exit(0));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("message", async (message: Order & { readonly id: number }) => {
  try {
    await obey(message);
    report({ id: message.id, ok: true });
  } catch (error) {
    report({ id: message.id, ok: false, error: error instanceof Error ? error.message : String(error) });
  }
});
report({ id: 0, ok: true });
