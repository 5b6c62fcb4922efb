import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { CommandFailure } from "../command-failure.ts";

/** Which server commands talk to, as the last `npm start` or `fairway login` left it. */
export interface Context {
  readonly url: string;
  /** Absolute path of a file that holds the token. */
  readonly tokenFile: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_CONFIG_HOME/fairway/context.json`, or below `~/.config` (XDG Base Directory Specification). */
export function contextPath(environment: Environment): string {
  const configured = environment["XDG_CONFIG_HOME"];
  const home = environment["HOME"] ?? homedir();
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(home, ".config");
  return join(base, "fairway", "context.json");
}

/** Undefined when there is none. */
export async function readContext(environment: Environment): Promise<Context | undefined> {
  const path = contextPath(environment);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return undefined;
  }
  const context = parseContext(text, path);
  if (context === undefined)
    throw new CommandFailure("context-not-valid", `${path} is not a context file`, {
      advice: "delete it, then: fairway login <url>, or npm start",
    });
  return context;
}

/** Written whole or not at all. The token gets a file of its own, which only its owner can read. */
export async function writeContext(environment: Environment, url: string, token: string): Promise<string> {
  const path = contextPath(environment);
  const tokenFile = join(dirname(path), "token");
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeWhole(tokenFile, `${token}\n`);
  await writeWhole(path, `${JSON.stringify({ url, tokenFile }, null, 2)}\n`);
  return path;
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

function parseContext(text: string, path: string): Context | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("url" in value) || !("tokenFile" in value)) return undefined;
  const { url, tokenFile } = value;
  if (typeof url !== "string" || !URL.canParse(url) || typeof tokenFile !== "string") return undefined;
  return { url, tokenFile: resolve(dirname(path), tokenFile) };
}
