import { toJson } from "../json.ts";
import { ApiError } from "../status.ts";
import type { Trouble } from "./fault.ts";
import type { SimulatedResponse } from "./in-process-api.ts";

const words: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  409: ["Conflict", "the object has been modified; please apply your changes to the latest version and try again"],
  410: ["Expired", "The resourceVersion for the provided watch is too old."],
  422: ["Invalid", "the object is invalid"],
  429: ["TooManyRequests", "the server has received too many requests and has asked us to try again later"],
  500: ["InternalError", "an error on the server has prevented the request from succeeding"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
};

/** An answer that the API's objects have nothing to do with, in the API server's words unless the fault has its own. */
export function statusAnswer(of: Extract<Trouble, { readonly kind: "status" }>): SimulatedResponse {
  const [reason = "", message = ""] = words[of.code] ?? [];
  const details = of.retryAfterSeconds === undefined ? undefined : { retryAfterSeconds: of.retryAfterSeconds };
  const { status } = new ApiError(of.code, of.reason ?? reason, of.message ?? message, details);
  const headers: Readonly<Record<string, string>> =
    of.retryAfterSeconds === undefined ? {} : { "retry-after": String(of.retryAfterSeconds) };
  return {
    code: of.code,
    header: (name) => headers[name],
    headers: () => headers,
    body: (async function* () {
      yield Buffer.from(JSON.stringify(toJson(status)));
    })(),
    isComplete: () => true,
    destroy() {},
  };
}
