import type { ServerResponse } from "node:http";
import { type JsonObject, objectsAt, textAt } from "../json.ts";
import type { LogOptions, PodLogs } from "../objects-api.ts";
import { ApiError, badRequest } from "../status.ts";
import { flag, wholeNumber } from "./request-options.ts";

/** How long the first bytes of a followed log may take before the answer starts without them, in milliseconds. */
const headerDelay = 200;

/** Reads the parameters of `pods/log`; throws `ApiError` 400. */
export function logOptions(pod: JsonObject, query: URLSearchParams, now: number): LogOptions {
  const name = textAt(pod, "metadata", "name");
  const names = [...objectsAt(pod, "spec", "containers"), ...objectsAt(pod, "spec", "initContainers")].map(
    (container) => textAt(container, "name"),
  );
  const main = objectsAt(pod, "spec", "containers");
  let container = query.get("container") ?? "";
  if (container === "") {
    if (main.length > 1) {
      throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(" ")}]`);
    }
    container = textAt(main[0], "name");
  } else if (!names.includes(container)) {
    throw badRequest(`container ${container} is not valid for pod ${name}`);
  }
  const tailLines = wholeNumber(query, "tailLines");
  const limitBytes = wholeNumber(query, "limitBytes");
  const sinceSeconds = wholeNumber(query, "sinceSeconds") ?? secondsSince(query.get("sinceTime"), now);
  return {
    container,
    follow: flag(query, "follow"),
    previous: flag(query, "previous"),
    timestamps: flag(query, "timestamps"),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
  };
}

function secondsSince(time: string | null, now: number): number | undefined {
  if (time === null || time === "") return undefined;
  const then = Date.parse(time);
  if (Number.isNaN(then)) throw badRequest(`sinceTime: not a time of RFC 3339: ${JSON.stringify(time)}`);
  return Math.max(1, Math.ceil((now - then) / 1000));
}

/** Streams a container's log. An error before the first bytes is thrown; a later one ends the stream. */
export async function servePodLog(
  logs: PodLogs,
  pod: JsonObject,
  query: URLSearchParams,
  now: number,
  response: ServerResponse,
): Promise<void> {
  const options = logOptions(pod, query, now);
  if (textAt(pod, "spec", "nodeName") === "") {
    throw new ApiError(400, "BadRequest", `pod ${textAt(pod, "metadata", "name")} does not have a host assigned`);
  }
  const abort = new AbortController();
  response.on("close", () => abort.abort());
  const where = { namespace: textAt(pod, "metadata", "namespace"), name: textAt(pod, "metadata", "name") };
  const chunks = logs.read(where, options, abort.signal)[Symbol.asyncIterator]();
  const begin = () => {
    if (!response.headersSent)
      response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-cache, private" });
    response.flushHeaders();
  };
  const late = setTimeout(begin, headerDelay);
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      clearTimeout(late);
      begin();
      if (!response.write(next.value)) {
        await new Promise<void>((resolve) => {
          response.once("drain", resolve);
          response.once("close", resolve);
        });
      }
      if (response.destroyed) break;
    }
    begin();
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    if (!abort.signal.aborted) response.destroy();
  } finally {
    clearTimeout(late);
    abort.abort();
    await chunks.return?.();
  }
}
