import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { SnapshotError } from "./snapshot-error.ts";

/** What a build may know of the machine: where tools and caches are and how the network is reached; no tokens, no shell state. */
const keptVariables = [
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|SHELL|SSH_AUTH_SOCK)$/,
  /^(https?|no|all|ftp)_proxy$/i,
  /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO)$/,
  /^(npm_config_(registry|userconfig|cache|cafile|proxy|https_proxy|noproxy|offline|prefer_offline))$/i,
  /^(GOPATH|GOROOT|GOCACHE|GOMODCACHE|GOPROXY|GONOPROXY|GOPRIVATE|GOSUMDB|GONOSUMDB|GOTOOLCHAIN|GOFLAGS)$/,
  /^(PIP_\w+|UV_\w+|COMPOSER_(HOME|CACHE_DIR))$/,
  /^XDG_(CACHE|CONFIG|DATA)_HOME$/,
];
const outputKept = 40;
const longestLine = 500;

/**
 * Runs a build command in a folder by `sh` and waits for its end.
 *
 * @param options.timeout milliseconds
 * @throws SnapshotError `build-failed` with the last lines of output; the signal's reason when it was aborted
 */
export async function runBuild(
  command: string,
  folder: string,
  options: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly timeout: number;
    readonly onOutput: (line: string) => void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  options.signal?.throwIfAborted();
  const output: string[] = [];
  const child = spawn("sh", ["-c", command], {
    cwd: folder,
    env: buildEnvironment(options.environment),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that stopping the build stops what the build started.
    detached: true,
  });
  const stop = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Already gone.
    }
  };
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, options.timeout);
  options.signal?.addEventListener("abort", stop, { once: true });

  const collect = (line: string) => {
    const short = line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
    output.push(short);
    if (output.length > outputKept) output.shift();
    options.onOutput(short);
  };
  createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on("line", collect);
  createInterface({ input: child.stderr, crlfDelay: Number.POSITIVE_INFINITY }).on("line", collect);

  try {
    const end = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
    options.signal?.throwIfAborted();
    if (end.code === 0 && !timedOut) return;
    const how = timedOut
      ? `took longer than ${Math.round(options.timeout / 1000)} s`
      : end.code === 127
        ? "was not found (exit code 127)"
        : end.code === null
          ? `was ended by ${end.signal}`
          : `ended with exit code ${end.code}`;
    throw new SnapshotError("build-failed", `the build command ${how}: ${command}`, { output });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
    // What the command left running would write into a folder that is being packed.
    stop();
  }
}

function buildEnvironment(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && keptVariables.some((pattern) => pattern.test(name))) kept[name] = value;
  // The copy lies in a folder with a random name, which must not get into the binary.
  kept["GOFLAGS"] = `${kept["GOFLAGS"] ?? ""} -trimpath`.trim();
  kept["npm_config_update_notifier"] = "false";
  kept["npm_config_audit"] = "false";
  kept["npm_config_fund"] = "false";
  return kept;
}
