/** A proxy before an API server that sees each write, and can hold it before it is passed on, or its answer afterwards. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import { parse } from "yaml";
import type { Scope } from "../../e2e/platform.ts";
import type { KubernetesCluster } from "../harness/start-kubernetes.ts";

/** A request that changes something in a namespace. */
export interface Write {
  readonly cluster: string;
  readonly namespace: string;
  readonly method: string;
  readonly path: string;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
}

/** What happens to writes on their way. */
export interface Gatekeeper {
  /** The write is passed on when this resolves, and never when it rejects. */
  before(write: Write): Promise<void>;
  /** The API server has answered; its answer is passed on when this resolves. */
  after(write: Write): Promise<void>;
}

export interface ApiGate {
  /** Of somebody who may do everything, by way of the gate. */
  readonly kubeconfig: string;
}

/** Opens a gate before a cluster's API; it closes at the end of the scope. */
export async function openApiGate(scope: Scope, cluster: KubernetesCluster, keeper: Gatekeeper): Promise<ApiGate> {
  const admin = parse(cluster.kubeconfig);
  const { server, "certificate-authority-data": authority } = admin.clusters[0].cluster;
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(authority, "base64"), servername: "kubernetes" });
  const { hostname, port } = new URL(server);

  const passOn = (incoming: IncomingMessage, answer: ServerResponse, body: Buffer | undefined) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { host: _host, connection: _connection, ...headers } = incoming.headers;
      const { method, url: path } = incoming;
      const outgoing = request({ hostname, port, method, path, headers, agent }, resolve);
      outgoing.on("error", reject);
      answer.once("close", () => outgoing.destroy());
      outgoing.end(body);
    });

  const handle = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const write = writeOf(incoming, cluster.name);
    const body = incoming.method === "GET" ? undefined : await bytesOf(incoming);
    if (write !== undefined) await keeper.before(write);
    if (answer.destroyed) return;
    const given = await passOn(incoming, answer, body);
    if (write === undefined) {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      // A watch's first event may be long in coming.
      answer.flushHeaders();
      given.on("error", () => answer.destroy());
      given.pipe(answer);
      return;
    }
    const text = await bytesOf(given);
    await keeper.after(write);
    const { "transfer-encoding": _chunked, ...headers } = given.headers;
    answer.writeHead(given.statusCode ?? 502, { ...headers, "content-length": text.length });
    answer.end(text);
  };
  const gate = createServer((incoming, answer) => {
    handle(incoming, answer).catch(() => answer.destroy());
  });
  gate.listen(0, "127.0.0.1");
  await once(gate, "listening");
  scope.after(async () => {
    gate.closeAllConnections();
    await new Promise((resolve) => gate.close(resolve));
    agent.destroy();
  });
  const address = gate.address();
  const opened = typeof address === "object" && address !== null ? address.port : 0;
  const by = { server: `http://127.0.0.1:${opened}`, "insecure-skip-tls-verify": true };
  return { kubeconfig: JSON.stringify({ ...admin, clusters: [{ name: admin.clusters[0].name, cluster: by }] }) };
}

function writeOf({ method = "GET", url = "" }: IncomingMessage, cluster: string): Write | undefined {
  if (method === "GET" || method === "HEAD") return undefined;
  const { pathname, searchParams } = new URL(url, "http://gate");
  const namespace = /\/namespaces\/([^/]+)/.exec(pathname)?.[1];
  if (namespace === undefined || searchParams.has("dryRun")) return undefined;
  return { cluster, namespace, method, path: pathname, at: Date.now() };
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
