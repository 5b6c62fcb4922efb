import { setTimeout as pause } from "node:timers/promises";
import type { JsonObject } from "../../json.ts";
import type { Dialogue } from "./dialogue.ts";

/** For one wait; a loaded machine must not fail a case, and a hang must. Milliseconds. */
const patience = 120_000;

/** Waits until what lies at a path satisfies; gives it. A controller has a part in it, so it is not noted. */
export async function until(
  { cluster, path }: Dialogue,
  short: string,
  condition: (body: JsonObject) => boolean,
  milliseconds = patience,
): Promise<JsonObject> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const { body, text } = await cluster.client.request("GET", path(short));
    if (condition(body)) return body;
    if (Date.now() > deadline) throw new Error(`still not so after ${milliseconds} ms: ${short}: ${text}`);
    await pause(50);
  }
}
