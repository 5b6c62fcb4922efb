import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type KubernetesClient, kubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import type { Scope } from "../test/e2e/platform.ts";
import { startKubernetes } from "../test/kubernetes/harness/start-kubernetes.ts";
import { median, type Row, type SizeRow } from "./measure.ts";

const listed = 5_000;
const written = 500;
/** Requests on their way at a time, as a busy client has. */
const parallel = 10;

/** The same client's work on an embedded cluster and on a real API server with etcd, both in processes of their own. */
export async function cluster(scope: Scope): Promise<readonly (Row | SizeRow)[]> {
  const mini = await startMini(scope);
  const small = await mini.bytes();
  const { clusters } = await startKubernetes(scope);
  const real = clusters[0]?.client;
  if (real === undefined) throw new Error("there is no cluster");
  const client = kubernetesClient(await readFile(mini.kubeconfig, "utf8"));
  scope.after(async () => client.close());

  // One after the other, so that neither takes the machine from the other.
  const ours = await work(client);
  const grown = await mini.bytes();
  const theirs = await work(real);
  return [
    ...ours.map(({ what, milliseconds }, index) => ({
      what: `minicluster: ${what}`,
      milliseconds,
      peer: "Kubernetes 1.36 with etcd",
      peerMilliseconds: theirs[index]?.milliseconds ?? Number.NaN,
      bound: "no slower",
    })),
    {
      what: "minicluster: start, in a new folder",
      milliseconds: mini.milliseconds,
      peer: "`node -e 0`",
      peerMilliseconds: mini.emptyNode,
      bound: "300 ms",
    },
    {
      what: "minicluster: what 1,000 objects add to its memory",
      megabytes: ((grown - small) / (listed + written)) * 1_000 * 1e-6,
      bound: "50 MB",
    },
  ];
}

interface Measured {
  readonly what: string;
  readonly milliseconds: number;
}

async function work(client: KubernetesClient): Promise<readonly Measured[]> {
  const at = "/api/v1/namespaces/bench/configmaps";
  await expect(client, "POST", "/api/v1/namespaces", { metadata: { name: "bench" } });
  await expect(client, "POST", "/api/v1/namespaces", { metadata: { name: "many" } });
  const results: Measured[] = [];
  const each = async (what: string, count: number, one: (number: number) => Promise<unknown>) => {
    // The first requests of a kind load code and open connections.
    for (let number = 0; number < parallel; number += 1) await one(number);
    const begin = performance.now();
    let next = parallel;
    const worker = async () => {
      while (next < count + parallel) {
        next += 1;
        await one(next - 1);
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    results.push({ what: `${what}, ${count} times`, milliseconds: performance.now() - begin });
  };
  await each("create", written, (number) => expect(client, "POST", at, object(number)));
  await each("get", written, (number) => expect(client, "GET", `${at}/object-${number}`));
  await each("server-side apply", written, (number) =>
    expect(
      client,
      "PATCH",
      `${at}/object-${number}?fieldManager=bench`,
      { ...object(number), data: { round: "two" } },
      "application/apply-patch+yaml",
    ),
  );
  for (let number = 0; number < listed; number += parallel) {
    await Promise.all(
      Array.from({ length: parallel }, (_, more) =>
        expect(client, "POST", "/api/v1/namespaces/many/configmaps", object(number + more)),
      ),
    );
  }
  const lists: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const begin = performance.now();
    const { body } = await client.request("GET", "/api/v1/namespaces/many/configmaps");
    const items = body["items"];
    if (!Array.isArray(items) || items.length < listed) throw new Error("the list is not whole");
    if (round > 0) lists.push(performance.now() - begin);
  }
  results.push({ what: `list ${listed} objects`, milliseconds: median(lists) });
  results.push({ what: "a change until a watcher sees it", milliseconds: await watchLatency(client, at) });
  return results;
}

async function watchLatency(client: KubernetesClient, at: string): Promise<number> {
  const { body } = await client.request("GET", `${at}?limit=1`);
  const version = JSON.parse(JSON.stringify(body)).metadata.resourceVersion;
  const watch = await client.watch(`${at}?watch=true&resourceVersion=${version}`);
  const events = watch.events[Symbol.asyncIterator]();
  const times: number[] = [];
  for (let round = 0; round < 100; round += 1) {
    const begin = performance.now();
    const change = expect(client, "POST", at, { ...object(0), metadata: { name: `seen-${round}` } });
    await events.next();
    times.push(performance.now() - begin);
    await change;
  }
  watch.close();
  return median(times);
}

function object(number: number): { readonly apiVersion: string; readonly kind: string; readonly metadata: object } {
  const data = { level: "info", greeting: "hello", number: String(number) };
  const metadata = { name: `object-${number}`, labels: { "fairway.dev/service": "bench" } };
  return Object.assign({ apiVersion: "v1", kind: "ConfigMap", metadata }, { data });
}

async function expect(
  client: KubernetesClient,
  method: string,
  url: string,
  body?: object,
  contentType = "application/json",
): Promise<void> {
  const answer = await client.request(method, url, body === undefined ? {} : { body, contentType });
  if (answer.code >= 300) throw new Error(`${method} ${url}: ${answer.code} ${answer.text}`);
}

interface Mini {
  readonly kubeconfig: string;
  /** From the call to its answer, in a process that has loaded the code. */
  readonly milliseconds: number;
  readonly emptyNode: number;
  bytes(): Promise<number>;
}

async function startMini(scope: Scope): Promise<Mini> {
  const starts: number[] = [];
  const empties: number[] = [];
  let last: { readonly child: ChildProcess; readonly kubeconfig: string } | undefined;
  for (let round = 0; round < 5; round += 1) {
    last?.child.kill();
    const folder = await mkdtemp(path.join(tmpdir(), "fairway-bench-"));
    const child = fork(path.join(import.meta.dirname, "minicluster-process.ts"), [folder], {
      execArgv: ["--no-warnings", "--expose-gc"],
    });
    scope.after(async () => {
      child.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    });
    const [{ kubeconfig, milliseconds }] = await once(child, "message");
    starts.push(milliseconds);
    last = { child, kubeconfig };
    const begin = performance.now();
    await once(fork("-e", ["0"], { execArgv: [], stdio: "ignore" }), "exit");
    empties.push(performance.now() - begin);
  }
  if (last === undefined) throw new Error("no cluster was started");
  const { child, kubeconfig } = last;
  return {
    kubeconfig,
    milliseconds: median(starts),
    emptyNode: median(empties),
    async bytes() {
      child.send("bytes");
      const [{ bytes }] = await once(child, "message");
      return bytes;
    },
  };
}
