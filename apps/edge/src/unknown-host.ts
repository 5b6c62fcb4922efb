import type { IncomingMessage, ServerResponse } from "node:http";
import { hostName } from "@fairway/gateway";

/** 404 that names the hosts there are: a page for browsers, a problem (RFC 9457) for everything else. */
export function answerUnknownHost(
  request: IncomingMessage,
  response: ServerResponse,
  hosts: readonly string[],
  port: number,
): void {
  const wanted = hostName(request.headers.host);
  const page = request.headers.accept?.includes("text/html") === true;
  const body = page ? html(wanted, hosts, port) : problem(wanted, hosts);
  response.writeHead(404, {
    "Content-Type": page ? "text/html; charset=utf-8" : "application/problem+json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-fairway-reason": "no-route",
  });
  response.end(body);
}

function problem(wanted: string, hosts: readonly string[]): string {
  return `${JSON.stringify({
    type: "about:blank",
    title: "No service has this host",
    status: 404,
    code: "no-route",
    detail: `There is no service at ${JSON.stringify(wanted)}.`,
    hosts,
  })}\n`;
}

function html(wanted: string, hosts: readonly string[], port: number): string {
  const items = hosts
    .map((host) => `<li><a href="http://${escapeHtml(host)}:${port}/">${escapeHtml(host)}:${port}</a></li>`)
    .join("");
  const list = hosts.length > 0 ? `<p>Services here:</p><ul>${items}</ul>` : "<p>No service is deployed yet.</p>";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>No such service</title>
<style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:36rem;margin:15vh auto;padding:0 1rem}</style>
<h1>No such service</h1><p>There is no service at <code>${escapeHtml(wanted)}</code>.</p>${list}</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
