import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { serviceAccountKeys } from "../access/service-account-keys.ts";
import { serviceAccountTokens } from "../access/service-account-tokens.ts";
import { admin, anonymous, type User } from "../access/user.ts";
import { systemClock } from "../clock/clock.ts";
import type { PodLogs } from "../objects-api.ts";
import type { Objects } from "../open-objects.ts";
import { unauthorized } from "../status.ts";
import { serverCertificate } from "../tls/certificate.ts";
import { accessToken, isAuthorized } from "./access-token.ts";
import { createApiHandler } from "./api-handler.ts";
import { readBody } from "./request-body.ts";

export interface ApiServerOptions {
  readonly objects: Objects;
  /** Where certificate and token are kept. */
  readonly directory: string;
  readonly clock: { now(): number };
  /** Without it there are no logs. */
  readonly logs?: PodLogs;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

/** A running API server, and what a client needs to reach it. */
export interface ApiServer {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** PEM; clients trust exactly this certificate. */
  readonly certificate: string;
  readonly token: string;
  /** A kubeconfig with one context of this name. */
  kubeconfig(name: string): string;
  /** Stops at once: open requests and watches are cut. */
  close(): Promise<void>;
}

/** Serves the objects over HTTPS on 127.0.0.1 for whoever has the token. Rejects when the port is taken. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { objects, clock } = options;
  const { certificate, key } = await serverCertificate(options.directory, clock.now());
  const token = accessToken(options.directory);
  const tokens = serviceAccountTokens(objects.store, serviceAccountKeys(options.directory), clock);
  const answer = createApiHandler({
    objects,
    clock: { now: () => clock.now(), after: systemClock.after },
    logs: options.logs,
    tokens,
    userOf,
  });

  /** Throws `ApiError` 401 for credentials that do not hold. */
  function userOf(authorization: string | undefined): User {
    if (authorization === undefined) return anonymous;
    if (isAuthorized(authorization, token)) return admin;
    const user = tokens.userOf(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "");
    if (user === undefined || typeof user === "string") throw unauthorized();
    return user;
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    answer({ method, url, headers, body: () => readBody(request) }, response);
  }

  const server = createServer({ cert: certificate, key, keepAliveTimeout: 60_000 }, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `https://127.0.0.1:${port}`;
  return {
    url,
    port,
    certificate,
    token,
    kubeconfig: (name) => kubeconfig(name, url, certificate, token),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function kubeconfig(name: string, server: string, certificate: string, token: string): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      { name, cluster: { server, "certificate-authority-data": Buffer.from(certificate).toString("base64") } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  // JSON is YAML, and needs no writer here.
  return `${JSON.stringify(config, null, 2)}\n`;
}
