import type { Clock } from "../clock/clock.ts";
import { type JsonObject, objectsAt, textAt } from "../json.ts";
import type { LogOptions, PodLogs } from "../objects-api.ts";
import { forbiddenField, invalidValue } from "../registry/causes.ts";
import { badRequest, invalid } from "../status.ts";
import type { ApiResponse } from "./api-exchange.ts";
import { flag } from "./request-options.ts";

/** How long the first bytes of a followed log may take before the answer starts without them, in milliseconds. */
const headerDelay = 200;

/** Reads the parameters of `pods/log`; throws `ApiError` 400 or 422. */
export function logOptions(pod: JsonObject, query: URLSearchParams, now: number): LogOptions {
  const name = textAt(pod, "metadata", "name");
  const names = [...objectsAt(pod, "spec", "initContainers"), ...objectsAt(pod, "spec", "containers")].map(
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
  const { tailLines, limitBytes, sinceSeconds: seconds } = numbersOf(query, name);
  const sinceSeconds = seconds ?? secondsSince(query.get("sinceTime"), now);
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

/** As in Kubernetes' `ValidatePodLogOptions`. */
function numbersOf(query: URLSearchParams, name: string) {
  const numbers: Record<string, number> = {};
  const causes = [];
  for (const [field, least] of [
    ["tailLines", 0],
    ["limitBytes", 1],
    ["sinceSeconds", 1],
  ] as const) {
    const text = query.get(field);
    if (text === null || text === "") continue;
    if (!/^[+-]?\d{1,15}$/.test(text)) {
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
    }
    const value = Number(text);
    const wish = least === 0 ? "greater than or equal to 0" : "greater than 0";
    if (value < least) causes.push(invalidValue(field, value, `must be ${wish}`));
    numbers[field] = value;
  }
  if (numbers["sinceSeconds"] !== undefined && (query.get("sinceTime") ?? "") !== "") {
    causes.push(forbiddenField("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  }
  if (causes.length > 0) throw invalid({ group: "", kind: "PodLogOptions" }, name, causes);
  const { tailLines, limitBytes, sinceSeconds } = numbers;
  return { tailLines, limitBytes, sinceSeconds };
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
  clock: Clock,
  response: ApiResponse,
): Promise<void> {
  const options = logOptions(pod, query, clock.now());
  if (textAt(pod, "spec", "nodeName") === "") {
    // There is nothing yet, and the API server says no more than that.
    response.writeHead(204).end();
    return;
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
  const cancelBegin = clock.after(headerDelay, begin);
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      cancelBegin();
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
    cancelBegin();
    abort.abort();
    await chunks.return?.();
  }
}
