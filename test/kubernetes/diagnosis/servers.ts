import assert from "node:assert/strict";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

interface Scope {
  after(work: () => Promise<void>): void;
}

/** `host:port` of a server that ends with the scope. */
export async function listen(scope: Scope, server: Server, host: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  scope.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address: AddressInfo | string | null = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return `${host}:${address.port}`;
}

/** The registry behind it, some seconds later for each question. */
export function slowly(registry: string): RequestListener {
  return async ({ url = "/", method = "GET", headers: { accept = "*/*" } }, answer) => {
    await pause(4_000);
    const from = await fetch(`http://${registry}${url}`, { method, headers: { accept } });
    const kept = ["content-type", "content-length", "docker-content-digest"].flatMap((name) => {
      const value = from.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    answer.writeHead(from.status, Object.fromEntries(kept));
    answer.end(await from.bytes());
  };
}

/** A webhook that lets nothing in. */
export const refuse: RequestListener = (request, answer) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const { uid } = JSON.parse(body).request;
    const response = { uid, allowed: false, status: { code: 418, message: "not on a Friday" } };
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response }));
  });
};
