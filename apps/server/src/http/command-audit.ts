import type { Route } from "@fairway/api";
import type { Audit } from "@fairway/catalog";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Log } from "../log.ts";

/** Writes one line of the audit. `refusedWith` is the problem's code, undefined for what was done. */
export type RecordCommand = (
  name: string,
  route: Route,
  request: FastifyRequest,
  refusedWith: string | undefined,
) => Promise<void>;

/** Refused commands of nobody that are kept per minute: a flood of them must not fill the database. */
const anonymousPerMinute = 30;
const named = z.object({
  service: z.string().max(100).optional(),
  name: z.string().max(100).optional(),
  release: z.string().max(100).optional(),
  command: z.object({ type: z.string().max(100), cluster: z.string().max(100).optional() }).optional(),
});

/** @param now milliseconds since the epoch */
export function commandAudit(audit: Audit, log: Log, now: () => number): RecordCommand {
  let minute = 0;
  let anonymous = 0;
  return async (name, route, request, refusedWith) => {
    const actor = request.caller.actor;
    if (request.caller.via === "nothing" && refusedWith !== undefined) {
      const current = Math.floor(now() / 60_000);
      if (current !== minute) [minute, anonymous] = [current, 0];
      anonymous += 1;
      if (anonymous > anonymousPerMinute) return;
    }
    try {
      await audit.append({
        at: new Date(now()).toISOString(),
        actor,
        permission: route.permission,
        command: name,
        target: targetOf(request),
        outcome: refusedWith === undefined ? "accepted" : "refused",
        detail: refusedWith,
      });
    } catch (error) {
      // The command itself is done, or refused: its answer must not depend on the note about it.
      log.error("audit entry lost", { command: name, actor, error });
    }
  };
}

/** What the command is about, by the names in its address and body, and by its handler; never a whole body, which may hold credentials. */
function targetOf(request: FastifyRequest): string {
  const address = z.record(z.string(), z.string()).safeParse(request.params);
  const body = named.safeParse(request.body);
  const { service, name, release, command } = body.success ? body.data : {};
  return [
    ...(address.success ? Object.values(address.data) : []),
    service,
    name,
    release,
    command?.type,
    command?.cluster,
    ...(request.about ?? []),
  ]
    .filter((part) => part !== undefined)
    .join(" ")
    .slice(0, 200);
}
