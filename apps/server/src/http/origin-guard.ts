import type { FastifyRequest } from "fastify";
import { Refusal } from "./refusal.ts";

/** The names under which this server may be called. */
export interface OwnNames {
  /** `host:port` in lower case; the port is left out where it is the scheme's own. */
  readonly hosts: ReadonlySet<string>;
  /** `scheme://host[:port]`. */
  readonly origins: ReadonlySet<string>;
}

/** @param publicUrl the address that a proxy in front of the server is known by */
export function ownNames(port: number, publicUrl: URL | undefined): OwnNames {
  const local = ["127.0.0.1", "localhost", "[::1]"].map((host) => new URL(`http://${host}:${port}`));
  const all = publicUrl === undefined ? local : [...local, publicUrl];
  return { hosts: new Set(all.map(({ host }) => host)), origins: new Set(all.map(({ origin }) => origin)) };
}

/**
 * Refuses what a hostile page in the user's browser could send: a foreign Host (DNS rebinding), a foreign Origin on a
 * method that changes something or together with our cookie (cross-site request forgery).
 */
export function guardOrigin(request: FastifyRequest, names: OwnNames, hasCookie: boolean): void {
  const host = request.headers.host?.toLowerCase();
  // A default port may be written or not.
  if (host === undefined || !(names.hosts.has(host) || names.hosts.has(host.replace(/:80$|:443$/, "")))) {
    throw new Refusal({
      status: 421,
      code: "host-unknown",
      title: "This server does not answer under that name",
      hint: "call it by 127.0.0.1 or localhost, or set FAIRWAY_PUBLIC_URL to the address that it is reached by",
    });
  }
  const unsafe = request.method !== "GET" && request.method !== "HEAD";
  if (!unsafe && !hasCookie) return;
  const { origin, "sec-fetch-site": site } = request.headers;
  const foreignOrigin = origin !== undefined && !names.origins.has(origin.toLowerCase());
  // A cookie comes from a browser, and a browser that changes something says from where.
  const silent = hasCookie && unsafe && origin === undefined && site === undefined;
  const foreignSite = site !== undefined && site !== "same-origin" && site !== "none";
  if (foreignOrigin || silent || (foreignSite && (unsafe || request.headers["sec-fetch-mode"] !== "navigate"))) {
    throw new Refusal({
      status: 403,
      code: "origin-foreign",
      title: "Requests from other sites are not served",
    });
  }
}
