import type { JsonObject } from "../json.ts";
import { badRequest, expired } from "../status.ts";
import type { Page } from "./represent.ts";

interface Rest {
  readonly objects: readonly JsonObject[];
  readonly resourceVersion: string;
  readonly countRemaining: boolean;
  readonly until: number;
}

/** How long the rest of a list waits for its next page, in milliseconds; the API server keeps five minutes too. */
const patience = 300_000;
const maxOpenLists = 200;
const isToken = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Cuts lists into pages that show one moment, however long the client takes. */
export interface ListPages {
  first(objects: readonly JsonObject[], resourceVersion: string, limit: number | undefined, filtered: boolean): Page;
  /** Throws `ApiError` 410 when the token is no longer known. */
  next(token: string, limit: number | undefined): Page;
}

/** @param newToken a fresh UUID: whoever can guess it reads on in a list of somebody else */
export function createListPages(clock: { now(): number }, newToken: () => string): ListPages {
  const open = new Map<string, Rest>();

  function cut(rest: Omit<Rest, "until">, limit: number | undefined): Page {
    const { resourceVersion, countRemaining } = rest;
    if (limit === undefined || limit === 0 || rest.objects.length <= limit) {
      return { objects: rest.objects, resourceVersion, continueToken: "", remaining: undefined };
    }
    const token = newToken();
    const objects = rest.objects.slice(limit);
    open.set(token, { objects, resourceVersion, countRemaining, until: clock.now() + patience });
    for (const [old, { until }] of open) {
      if (until < clock.now() || open.size > maxOpenLists) open.delete(old);
    }
    return {
      objects: rest.objects.slice(0, limit),
      resourceVersion,
      continueToken: token,
      // The API server counts only what no selector filters.
      remaining: countRemaining ? objects.length : undefined,
    };
  }

  return {
    first: (objects, resourceVersion, limit, filtered) =>
      cut({ objects, resourceVersion, countRemaining: !filtered }, limit),
    next(token, limit) {
      const rest = open.get(token);
      if (rest === undefined && !isToken.test(token)) throw badRequest("invalid continue token");
      if (rest === undefined || rest.until < clock.now()) {
        throw expired(
          "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.",
        );
      }
      return cut(rest, limit);
    },
  };
}
