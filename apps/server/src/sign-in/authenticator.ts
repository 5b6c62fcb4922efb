import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { type Permission, type Route, routes } from "@fairway/api";
import type { Caller } from "../http/handler.ts";
import { type EndedSessions, sessionEnd } from "./ended-sessions.ts";

const sessionLifetime = 7 * 24 * 3_600_000;

/** Everything that a route may ask for. There is one local admin; more people come with an identity provider. */
const allPermissions: ReadonlySet<Permission> = new Set(
  Object.values<Route>(routes)
    .map(({ permission }) => permission)
    .filter((permission) => permission !== "public"),
);

const nobody: Caller = { actor: "anonymous", via: "nothing", permissions: new Set(), session: undefined };

/** Tells who sends a request. */
export interface Authenticator {
  /** @param authorization the header; @param session the cookie's value, its signature already checked */
  callerOf(authorization: string | undefined, session: string | undefined): Caller;
  newSession(): { readonly id: string; readonly expiresAt: number };
  endSession(id: string): Promise<void>;
}

/** @param adminToken the one bearer token that is accepted; @param now milliseconds since the epoch */
export function createAuthenticator(adminToken: string, ended: EndedSessions, now: () => number): Authenticator {
  const expected = hashOf(adminToken);
  return {
    callerOf(authorization, session) {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
      if (token !== undefined) {
        // Hashes have one length, so comparing them tells nothing about the token's.
        if (!timingSafeEqual(hashOf(token), expected)) return nobody;
        return { actor: "admin", via: "token", permissions: allPermissions, session: undefined };
      }
      if (session === undefined || ended.has(session)) return nobody;
      if (!(sessionEnd(session) > now())) return nobody;
      return { actor: "admin", via: "session", permissions: allPermissions, session };
    },
    newSession() {
      const expiresAt = now() + sessionLifetime;
      return { id: `${randomUUID()}.${expiresAt}`, expiresAt };
    },
    endSession: (id) => ended.add(id),
  };
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
