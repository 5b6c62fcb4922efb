import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { field, textField } from "../http/json-field.ts";
import type { Plugin } from "./load-kubeconfig.ts";

/** What a plugin gave. */
export interface PluginCredential {
  readonly token: string | undefined;
  /** PEM. */
  readonly certificate: string | undefined;
  /** PEM. */
  readonly key: string | undefined;
  /** Milliseconds since the epoch; undefined: good until it is refused. */
  readonly expiresAt: number | undefined;
}

const deadline = 10_000;
/** How long what it wrote may take to arrive after its end, in milliseconds. */
const outputAfterExit = 1_000;
/** A credential with a certificate chain is some kilobytes. */
const longestOutput = 1024 * 1024;
const longestReason = 300;

/**
 * Runs a credential plugin by the protocol of client.authentication.k8s.io: KUBERNETES_EXEC_INFO in, an ExecCredential on
 * standard output, never interactive. Throws an `Error` with the last line that it wrote to standard error.
 *
 * @param file what to run, when `plugin.command` has been looked up
 * @param environment what it is given beside its own variables
 * @param cluster what `provideClusterInfo` tells it
 */
export async function runPlugin(
  plugin: Plugin,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  cluster: Readonly<Record<string, unknown>>,
): Promise<PluginCredential> {
  const { apiVersion } = plugin;
  const spec = { interactive: false, ...(plugin.provideClusterInfo ? { cluster } : {}) };
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  const child = spawn(file, plugin.args, {
    env: { ...environment, ...plugin.env, KUBERNETES_EXEC_INFO: info },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that what it started ends with it.
    detached: true,
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  let trouble: string | undefined;
  /** What it started in a session of its own may hold its output open for good; then it says nothing more to us. */
  const cut = () => {
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => {
    trouble = `gives no answer within ${deadline / 1000} s`;
    kill();
    cut();
  }, deadline);
  let afterExit: NodeJS.Timeout | undefined;
  child.once("exit", () => {
    kill();
    afterExit = setTimeout(cut, outputAfterExit);
  });
  const [output, complaints, code] = await Promise.all([
    collect(child.stdout, longestOutput, () => {
      trouble = `writes more than ${longestOutput} bytes`;
      kill();
    }),
    tail(child.stderr),
    new Promise<number | string>((resolve) => {
      child.once("error", (error) => resolve(error.message.includes("ENOENT") ? "it is not there" : error.message));
      child.once("close", (exit, signal) => resolve(exit ?? signal ?? "unknown"));
    }),
  ]).finally(() => {
    clearTimeout(timer);
    clearTimeout(afterExit);
    kill();
  });
  const said = withoutSecrets(complaints.trim().split("\n").at(-1) ?? "", plugin);
  const name = `the program ${plugin.command}`;
  if (trouble !== undefined) throw new Error(`${name} ${trouble}${said === "" ? "" : `: ${said}`}`);
  if (code !== 0) {
    const how = typeof code === "number" ? `exit code ${code}` : code;
    throw new Error(`${name} fails (${how})${said === "" ? "" : `: ${said}`}`);
  }
  return parseCredential(output, name, apiVersion);
}

function parseCredential(output: string, name: string, apiVersion: string): PluginCredential {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    throw new Error(`${name} writes no JSON`);
  }
  if (textField(answer, "kind") !== "ExecCredential" || textField(answer, "apiVersion") !== apiVersion)
    throw new Error(`${name} writes no ExecCredential of ${apiVersion}`);
  const status = field(answer, "status");
  const [token, certificate, key, expiry] = [
    "token",
    "clientCertificateData",
    "clientKeyData",
    "expirationTimestamp",
  ].map((part) => textField(status, part) || undefined);
  if (token === undefined && certificate === undefined) throw new Error(`${name} gives neither token nor certificate`);
  if ((certificate === undefined) !== (key === undefined))
    throw new Error(`${name} gives a certificate without its key, or a key alone`);
  const ends = [Date.parse(expiry ?? ""), certificate === undefined ? Number.NaN : validUntil(certificate)];
  const known = ends.filter((end) => !Number.isNaN(end));
  return { token, certificate, key, expiresAt: known.length === 0 ? undefined : Math.min(...known) };
}

function validUntil(certificate: string): number {
  try {
    return new X509Certificate(certificate).validToDate.getTime();
  } catch {
    return Number.NaN;
  }
}

/** All of it as text, unless it gets too long. */
async function collect(stream: AsyncIterable<Buffer>, limit: number, tooLong: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else tooLong();
    }
  } catch {
    // It was cut; what came counts.
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function tail(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  try {
    for await (const chunk of stream) text = (text + chunk.toString("utf8")).slice(-4 * longestReason);
  } catch {
    // It was cut; what came counts.
  }
  return text;
}

/** Values that the kubeconfig hands over, and whatever looks like a token or a key. */
function withoutSecrets(line: string, plugin: Plugin): string {
  let text = line;
  for (const value of Object.values(plugin.env)) if (value.length >= 6) text = text.replaceAll(value, "…");
  return text.replace(/[\w+=.~-]{24,}/g, "…").slice(0, longestReason);
}
