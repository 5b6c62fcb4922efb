import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Container, type Deployment, isEvent, isPod, type KubernetesObject, type Pod } from "@fairway/objects";
import type { Unpack } from "../agent/process/image-store.ts";
import { type Objects, openObjects } from "../open-objects.ts";
import { type RunClusterOptions, type RunningCluster, runCluster } from "../run-cluster.ts";

export const NAMESPACE = "web";

/** Test snapshots: the "tar" is an empty file, its folder of the same name is what it unpacks to. */
const unpackFolder: Unpack = (tar, directory) => cp(`${tar}.content`, directory, { recursive: true });

/** A cluster of real processes over stored objects, without the API server, in a folder of its own that goes with the test. */
export interface ProcessCluster {
  readonly directory: string;
  readonly objects: Objects;
  readonly running: RunningCluster;
  /** Lines of the cluster's log. */
  readonly messages: string[];
  /** Stores a program (`index.js`) and gives its image reference. */
  image(program: string, files?: Readonly<Record<string, string>>): string;
  apply(object: KubernetesObject): void;
  pods(): readonly Pod[];
  events(kind?: string): readonly string[];
  /** Waits for something to become true after a change of the objects. */
  until<T>(condition: () => T | undefined | false, what: string): Promise<T>;
  log(pod: string, options?: Parameters<RunningCluster["logs"]["read"]>[1]): Promise<string>;
  get(
    path: string,
    host?: string,
  ): Promise<{ readonly status: number; readonly body: string; readonly reason?: string }>;
  /** Stops it and starts it again in the same folder. */
  restart(): Promise<void>;
}

export async function startProcessCluster(
  t: TestContext,
  options: Partial<RunClusterOptions> = {},
): Promise<ProcessCluster> {
  const directory = mkdtempSync(join(tmpdir(), "minicluster-"));
  const messages: string[] = [];
  const open = async (): Promise<{ objects: Objects; running: RunningCluster }> => {
    const objects = openObjects({ clock: { now: () => Date.now() }, directory: join(directory, "state") });
    const running = await runCluster(objects, {
      name: "alpha",
      directory,
      snapshots: join(directory, "snapshots"),
      unpack: unpackFolder,
      ingressPort: 0,
      addressBase: 70_000,
      onError: (message) => messages.push(message),
      backOff: { initial: 100, max: 1_000 },
      ...options,
    });
    return { objects, running };
  };
  mkdirSync(join(directory, "snapshots"), { recursive: true });
  let current = await open();
  t.after(async () => {
    await current.running.stop({ graceMilliseconds: 100 });
    current.objects.close();
    rmSync(directory, { recursive: true, force: true });
  });
  namespace(current.objects);

  return {
    directory,
    get objects() {
      return current.objects;
    },
    get running() {
      return current.running;
    },
    messages,
    image: (program, files = {}) => storeProgram(directory, program, files),
    apply(object) {
      const { objects } = current;
      const resource = `${object.kind.toLowerCase()}s`;
      const { name, namespace: space } = object.metadata;
      const stored = objects.get({ resource, name, ...(space === undefined ? {} : { namespace: space }) });
      if (!stored) objects.create(resource, object);
      else objects.update(resource, { ...stored, ...object, metadata: { ...stored.metadata, ...object.metadata } });
    },
    pods: () => current.objects.list("pods", { namespace: NAMESPACE }).filter(isPod),
    events: (kind = "Pod") =>
      current.objects
        .list("events", { namespace: NAMESPACE })
        .filter(isEvent)
        .filter((event) => event.involvedObject?.kind === kind)
        .map(({ reason, message }) => `${reason}: ${message}`),
    until: (condition, what) => until(() => current.objects, condition, what),
    async log(pod, logOptions = {}) {
      let text = "";
      const signal = AbortSignal.timeout(10_000);
      for await (const chunk of current.running.logs.read({ namespace: NAMESPACE, name: pod }, logOptions, signal)) {
        text += Buffer.from(chunk).toString();
      }
      return text;
    },
    get: (path, host = "web.localhost") => get(current.running.ingressAddress, path, host),
    async restart() {
      await current.running.stop({ graceMilliseconds: 2_000 });
      current.objects.close();
      current = await open();
    },
  };
}

/** Stores a program as a snapshot below a cluster's folder; the same content has the same reference. */
function storeProgram(directory: string, program: string, files: Readonly<Record<string, string>> = {}): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([program, files]))
    .digest("hex");
  const tar = join(directory, "snapshots", `${digest}.tar`);
  mkdirSync(`${tar}.content`, { recursive: true });
  for (const [name, content] of Object.entries({ "index.js": program, ...files })) {
    writeFileSync(join(`${tar}.content`, name), content);
  }
  writeFileSync(tar, "");
  return `snapshot.fairway.dev/web@sha256:${digest}`;
}

/** An HTTP server that says `text`; ends in order on SIGTERM. */
export function server(text: string): string {
  return `
    const server = require("node:http").createServer((request, response) => {
      if (request.url === "/env") return response.end(JSON.stringify(process.env));
      response.end(${JSON.stringify(text)});
    });
    server.listen(process.env.PORT, () => console.log("listening"));
    process.on("SIGTERM", () => { console.log("stopping"); server.close(() => process.exit(0)); server.closeIdleConnections(); });
  `;
}

/** A Deployment as Fairway renders it, and its Service. */
export function workload(
  image: string,
  container: Partial<Container> = {},
  spec: Partial<NonNullable<Deployment["spec"]>> = {},
): readonly KubernetesObject[] {
  const labels = { "fairway.dev/service": "web", "fairway.dev/slot": "a" };
  const deployment: Deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web-a", namespace: NAMESPACE, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: "app",
              image,
              command: ["node", "."],
              workingDir: "/app",
              ports: [{ name: "http", containerPort: 8080 }],
              readinessProbe: { tcpSocket: { port: "http" }, periodSeconds: 1 },
              lifecycle: { preStop: { sleep: { seconds: 1 } } },
              ...container,
            },
          ],
        },
      },
      ...spec,
    },
  };
  const service: KubernetesObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "web",
      namespace: NAMESPACE,
      labels: { "fairway.dev/service": "web" },
    },
    spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
  return [deployment, service];
}

function namespace(objects: Objects): void {
  objects.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
}

async function until<T>(objects: () => Objects, condition: () => T | undefined | false, what: string): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = condition();
    if (found !== undefined && found !== false) return found;
    assert.ok(Date.now() < deadline, `not within 20 s: ${what}`);
    const changed = Promise.withResolvers<void>();
    const unsubscribe = objects().subscribe(() => changed.resolve());
    // Processes and sockets change without the objects changing.
    const timer = setTimeout(changed.resolve, 50);
    await changed.promise;
    clearTimeout(timer);
    unsubscribe();
  }
}

async function get(address: string, path: string, host: string) {
  const [hostname = "", port = ""] = address.split(":");
  const answer = Promise.withResolvers<IncomingMessage>();
  const request = httpRequest({ host: hostname, port: Number(port), path, headers: { Host: host }, agent: false });
  request.on("response", answer.resolve).on("error", answer.reject);
  request.end();
  const response = await answer.promise;
  let body = "";
  for await (const chunk of response) body += chunk;
  const reason = response.headers["x-fairway-reason"];
  return { status: response.statusCode ?? 0, body, ...(typeof reason === "string" ? { reason } : {}) };
}
