/** The contract of a Kubernetes cluster on a simulated one. */
import type { ContractCluster, KubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import { kubernetesContract } from "@fairway/minicluster/kubernetes.contract";
import { type SimulatedTransport, startSimulatedCluster } from "@fairway/minicluster/simulation";
import { virtualClock } from "@fairway/rollout/testing";
import { keepGoing } from "./keep-going.ts";
import { nodeProgram, type Shared } from "./node-program.ts";

/** What looks at processes, their files and their memory; the embedded cluster passes it. */
const ofRealProcesses = [
  "Pods: environment",
  "Pods: logs",
  "Pods: volumes",
  "a container beyond its memory limit is OOMKilled",
];

const image = "registry.example.com/contract:1";
const notAnImage =
  'Failed to apply default image tag "Not An Image": couldn\'t parse image name "Not An Image": invalid reference format';
const absentImage = "registry.example.com/absent:1";

kubernetesContract("simulated cluster", startContractSimulation, { without: ofRealProcesses });

async function startContractSimulation(): Promise<ContractCluster & { close(): Promise<void> }> {
  const clock = virtualClock(Date.now());
  const shared: Shared = new Map();
  const cluster = startSimulatedCluster({
    name: "alpha",
    clock,
    ownership: "all",
    program: (request) => nodeProgram(request, shared),
    nodes: [{ name: "alpha" }],
    scripts: [
      { of: { image: absentImage }, pull: { missing: "not found" } },
      { of: { image: "Not An Image" }, pull: { invalidName: notAnImage } },
    ],
  });
  const stopTime = keepGoing(clock);
  return {
    kubeconfigPath: "",
    client: clientOver(cluster.send),
    image,
    absentImage,
    kubectls: [],
    now: clock.now,
    // A store that goes back to what it is has no history.
    forgetOldVersions: async () => cluster.restore(cluster.backup()),
    async close() {
      await cluster.stop();
      stopTime();
    },
  };
}

function clientOver(send: SimulatedTransport): KubernetesClient {
  const never = new AbortController().signal;
  const ask: KubernetesClient["request"] = async (method, path, options = {}) => {
    const { body, contentType = "application/json", accept, token, headers = {} } = options;
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const answer = await send(
      {
        method,
        path,
        ...(accept === undefined ? {} : { accept }),
        headers: {
          "user-agent": "contract/1",
          ...(token === undefined ? {} : { authorization: token === "" ? "" : `Bearer ${token}` }),
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
        },
        ...(body === undefined ? {} : { body: { contentType, text: isRaw ? body : JSON.stringify(body) } }),
      },
      never,
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    const text = method === "HEAD" ? "" : Buffer.concat(chunks).toString();
    return { code: answer.code, headers: answer.headers(), text, body: objectOf(text) };
  };
  return {
    request: ask,
    async watch(path) {
      const ended = new AbortController();
      const answer = await send({ method: "GET", path }, ended.signal);
      if (answer.code !== 200) throw new Error(`a watch is answered with ${answer.code}: ${path}`);
      return { events: eventsOf(answer.body), close: () => ended.abort() };
    },
    close() {},
  };
}

type WatchEvents = Awaited<ReturnType<KubernetesClient["watch"]>>["events"];

async function* eventsOf(lines: AsyncIterable<Uint8Array>): WatchEvents {
  try {
    for await (const line of lines) {
      const event = objectOf(Buffer.from(line).toString());
      yield { type: String(event["type"]), object: objectOf(JSON.stringify(event["object"])) };
    }
  } catch {
    // Closed.
  }
}

type JsonObject = Awaited<ReturnType<KubernetesClient["request"]>>["body"];

function objectOf(text: string): JsonObject {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
