import { spawn } from "node:child_process";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import type { ProbeAction, ProbeOutcome } from "../container-runtime.ts";
import { killGroup } from "./process-records.ts";

const ADDRESS = "127.0.0.1";
/** Kubelet's `maxRespBodyLength` and the limit of exec output. */
const MAX_OUTPUT = 10 * 1024;

/** What an exec probe runs in. */
export interface ProbeSurroundings {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Performs a probe, with the kubelet's words for what went wrong. Never rejects. */
export async function performProbe(
  action: ProbeAction,
  timeoutMilliseconds: number,
  surroundings: ProbeSurroundings,
): Promise<ProbeOutcome> {
  try {
    switch (action.kind) {
      case "http":
        return await probeHttp(action, timeoutMilliseconds);
      case "tcp":
        return await probeTcp(action.port, timeoutMilliseconds);
      case "exec":
        return await probeExec(action.command, timeoutMilliseconds, surroundings);
    }
  } catch {
    // A command with a null byte, a port that is none: Node refuses before anything runs, and may quote the environment.
    return { ok: false, output: "the probe cannot be carried out as it is written" };
  }
}

function probeHttp(action: ProbeAction & { kind: "http" }, timeout: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const path = action.path.startsWith("/") ? action.path : `/${action.path}`;
    const url = `http://${ADDRESS}:${action.port}${path}`;
    const failed = (why: string): void => resolve({ ok: false, output: `Get "${url}": ${why}` });
    const own = Object.fromEntries(action.headers.map(({ name, value }) => [name, value]));
    let request: ReturnType<typeof httpRequest>;
    try {
      request = httpRequest({
        host: ADDRESS,
        port: action.port,
        path,
        agent: false,
        headers: { "User-Agent": "kube-probe/1.36", Accept: "*/*", Connection: "close", ...own },
      });
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
      return;
    }
    const timer = setTimeout(() => {
      failed("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
      request.destroy();
    }, timeout);
    request.on("response", (response) => {
      clearTimeout(timer);
      const status = response.statusCode ?? 0;
      const ok = status >= 200 && status < 400;
      resolve({ ok, output: ok ? "" : `HTTP probe failed with statuscode: ${status}` });
      response.destroy();
    });
    request.on("error", (error) => {
      clearTimeout(timer);
      failed(networkError(error, action.port));
    });
    request.end();
  });
}

function probeTcp(port: number, timeout: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host: ADDRESS, port });
    const end = (outcome: ProbeOutcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end({ ok: false, output: `dial tcp ${ADDRESS}:${port}: i/o timeout` }), timeout);
    socket.once("connect", () => end({ ok: true, output: "" }));
    socket.once("error", (error) => end({ ok: false, output: networkError(error, port) }));
  });
}

function probeExec(
  command: readonly string[],
  timeout: number,
  { directory, env }: ProbeSurroundings,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const [program, ...args] = command;
    if (program === undefined) {
      resolve({ ok: false, output: "no command" });
      return;
    }
    const child = spawn(program, args, { cwd: directory, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: Buffer): void => {
      if (output.length < MAX_OUTPUT) output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const end = (outcome: ProbeOutcome): void => {
      clearTimeout(timer);
      if (child.pid !== undefined) killGroup(child.pid, "SIGKILL");
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      end({ ok: false, output: `command "${command.join(" ")}" timed out after ${timeout / 1000}s` });
    }, timeout);
    child.once("error", (error) => end({ ok: false, output: error.message }));
    child.once("close", (code) => end({ ok: code === 0, output: output.slice(0, MAX_OUTPUT).trimEnd() }));
  });
}

/** As Go's net package says it. */
function networkError(error: NodeJS.ErrnoException, port: number): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return `dial tcp ${ADDRESS}:${port}: connect: connection refused`;
    case "ECONNRESET":
      return error.message === "socket hang up" ? "EOF" : `read tcp ${ADDRESS}:${port}: read: connection reset by peer`;
    default:
      return error.message;
  }
}
