import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../free-port.ts";

/** A registry in a process of its own. */
export interface RunningRegistry {
  /** `host:port` */
  readonly address: string;
  /** For files of the registry; gone after `stop`. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Certificate and key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface DockerRegistryOptions {
  /** The address to listen on, this machine's loopback unless told. */
  readonly host?: string;
  readonly tls?: KeyPair;
  /** Text of a htpasswd file with bcrypt hashes. */
  readonly htpasswd?: string;
  /** Tokens are asked for at `realm` and signed by the key of `certificate`. */
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly certificate: string;
  };
}

/** How long a registry may take to answer first, in milliseconds. */
const patience = 60_000;

/**
 * go-containerregistry's registry, by plain HTTP.
 *
 * @param components The program of the test clusters that is also a registry.
 */
export async function startGoContainerRegistry(components: string): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "fairway-registry-"));
  return start(folder, false, undefined, (address) => [components, ["registry", address, folder]]);
}

/** The registry of the distribution project, as Debian's package docker-registry brings it. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "fairway-registry-"));
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const { tls, htpasswd, token } = options;
  const secure = tls && {
    certificate: await file("tls.crt", tls.certificate),
    key: await file("tls.key", tls.key),
  };
  const auth = {
    ...(htpasswd === undefined ? {} : { htpasswd: { realm: "fairway", path: await file("htpasswd", htpasswd) } }),
    ...(token === undefined
      ? {}
      : {
          token: {
            realm: token.realm,
            service: token.service,
            issuer: token.issuer,
            rootcertbundle: await file("token.crt", token.certificate),
          },
        }),
  };
  return start(folder, tls !== undefined, options.host, async (address) => {
    const configuration = {
      version: "0.1",
      log: { level: "error", accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: join(folder, "data") },
        maintenance: { uploadpurging: { enabled: false } },
      },
      http: { addr: address, secret: "of the test", ...(secure === undefined ? {} : { tls: secure }) },
      ...(Object.keys(auth).length === 0 ? {} : { auth }),
    };
    // JSON is YAML.
    return ["docker-registry", ["serve", await file("config.yml", JSON.stringify(configuration))]];
  });
}

async function start(
  folder: string,
  tls: boolean,
  host: string | undefined,
  command: (address: string) => [string, string[]] | Promise<[string, string[]]>,
): Promise<RunningRegistry> {
  const address = `${host ?? "127.0.0.1"}:${await freePort()}`;
  const [program, parameters] = await command(address);
  // Ends with us, also when we are killed.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...parameters], {
    // The one of the test clusters ends when its input does.
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const missing = once(child, "error").then(([error]) => {
    throw new Error(`${program} cannot be started: ${error}; setpriv comes with util-linux`);
  });
  try {
    await Promise.race([missing, untilAnswering(address, tls, child, () => said)]);
  } catch (error) {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  missing.catch(() => {});
  return {
    address,
    folder,
    async stop() {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(address: string, tls: boolean, child: ChildProcess, said: () => string): Promise<void> {
  const until = Date.now() + patience;
  while (Date.now() < until) {
    if (child.exitCode !== null)
      throw new Error(`the registry ended with ${child.exitCode}: ${said()} (Debian: docker-registry)`);
    if (await answers(address, tls)) return;
    await pause(50);
  }
  throw new Error(`the registry at ${address} does not answer: ${said()}`);
}

function answers(address: string, tls: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = tls
      ? requestSecure(`https://${address}/v2/`, { rejectUnauthorized: false })
      : requestPlain(`http://${address}/v2/`);
    sent.on("response", (response) => {
      response.resume();
      resolve(true);
    });
    sent.on("error", () => resolve(false));
    sent.end();
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
