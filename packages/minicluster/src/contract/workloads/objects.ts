import type { Container, PodSpec } from "@fairway/objects";
import type { Stage } from "../stage.ts";

/** Runs until SIGTERM, and then ends well. */
export const idle = `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 60_000);`;

/** What serves HTTP by an expression over `url` and `age` (milliseconds since the start) that gives the status code. */
export function serving(status: string, also = ""): string {
  return `
    const begin = Date.now();
    const server = require("node:http").createServer(({ url, headers }, response) => {
      const age = Date.now() - begin;
      response.statusCode = ${status};
      response.end("said");
    });
    server.listen(Number(process.env.PORT));
    process.on("SIGTERM", () => process.exit(0));
    ${also}
  `;
}

/** A container that runs a script of Node. */
export function container(stage: Stage, script: string, fields: Partial<Container> = {}): Container {
  return {
    name: "app",
    image: stage.cluster.image,
    imagePullPolicy: "IfNotPresent",
    command: ["node", "-e", script],
    ...fields,
  };
}

/** A container that listens as the renderer's do: on a declared port, told by `$PORT`. */
export function listening(stage: Stage, script: string, fields: Partial<Container> = {}): Container {
  const declared: Partial<Container> = {
    ports: [{ name: "http", containerPort: 8080 }],
    env: [{ name: "PORT", value: "8080" }, ...(fields.env ?? [])],
  };
  return container(stage, script, { ...fields, ...declared });
}

export function podSpec(containers: readonly Container[], fields: object = {}): PodSpec {
  return {
    containers,
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...fields,
  };
}

/** A pod; `fields` are of its spec. */
export function pod(
  name: string,
  containers: readonly Container[],
  fields: object = {},
  metadata: object = {},
): { readonly metadata: object; readonly spec: PodSpec } {
  return { metadata: { name, ...metadata }, spec: podSpec(containers, fields) };
}

/** A Deployment or ReplicaSet of one container, labelled `app`; `spec` is of the workload. */
export function workload(
  name: string,
  one: Container,
  spec: object = {},
  podFields: object = {},
): { readonly metadata: object; readonly spec: object } {
  return {
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec([one], podFields) },
      ...spec,
    },
  };
}

/** A pod whose container fails once, having said `run`, and then runs on; what it knows of that lies in a folder of the pod. */
export function failingOnce(stage: Stage, name: string): { readonly metadata: object; readonly spec: PodSpec } {
  const script = `
    const fs = require("node:fs");
    const mark = (process.env.FAIRWAY_ROOT ?? "") + "/mark/failed";
    if (fs.existsSync(mark)) { ${idle} }
    else { fs.writeFileSync(mark, ""); console.log("run"); process.exitCode = 1; }
  `;
  const one = container(stage, script, { volumeMounts: [{ name: "mark", mountPath: "/mark" }] });
  return pod(name, [one], { volumes: [{ name: "mark", emptyDir: {} }] });
}
