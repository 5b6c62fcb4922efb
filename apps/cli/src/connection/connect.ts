import { readFile } from "node:fs/promises";
import { type Client, createClient } from "@fairway/api";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { contextPath, readContext } from "./context-file.ts";

export interface Connected {
  readonly client: Client;
  /** Of the server, and of its dashboard; without a slash at the end. */
  readonly url: string;
}

/**
 * Finds the server: `FAIRWAY_URL` and `FAIRWAY_TOKEN`, or the context file. Sends nothing yet.
 * Throws `CommandFailure` with what to do when no server is known.
 */
export async function connect(environment: Readonly<Record<string, string | undefined>>): Promise<Connected> {
  const { url, token } = await findServer(environment);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw new CommandFailure("usage", `FAIRWAY_URL is not an http address: ${url}`, { exitCode: exitCode.usage });
  parsed.username = "";
  parsed.password = "";
  const address = parsed.href.replace(/\/+$/, "");
  return { client: createClient({ baseUrl: address, token }), url: address };
}

async function findServer(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly url: string; readonly token: string }> {
  const url = nonEmpty(environment["FAIRWAY_URL"]);
  const token = nonEmpty(environment["FAIRWAY_TOKEN"]);
  if (url !== undefined && token !== undefined) return { url, token };
  const context = await readContext(environment);
  if (url !== undefined && context?.url !== url)
    throw new CommandFailure("usage", `FAIRWAY_URL is set, but no FAIRWAY_TOKEN for it`, {
      exitCode: exitCode.usage,
      advice: "set FAIRWAY_TOKEN too, or: fairway login <url>",
    });
  if (context === undefined)
    throw new CommandFailure("server-unknown", "No Fairway server is known here.", {
      advice: "npm start (in the Fairway checkout), or: fairway login <url>",
    });
  if (token !== undefined) return { url: context.url, token };
  let read: string;
  try {
    read = (await readFile(context.tokenFile, "utf8")).trim();
  } catch (cause) {
    throw new CommandFailure("token-missing", `The token of ${context.url} cannot be read: ${context.tokenFile}`, {
      advice: `start the server again (npm start), or: fairway login ${context.url}`,
      cause,
    });
  }
  if (!/^[\x21-\x7e]+$/.test(read))
    throw new CommandFailure("token-missing", `${context.tokenFile} holds no token`, {
      advice: `fairway login ${context.url} (the context is ${contextPath(environment)})`,
    });
  return { url: context.url, token: read };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value;
}
