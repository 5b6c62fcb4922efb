import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ClusterError } from "@fairway/rollout";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type FakeApi, startFakeApi } from "../testing/fake-api.ts";
import { readLines } from "../watch/read-lines.ts";

let api: FakeApi;
let cluster: ConnectedCluster;
const pod = { namespace: "user", name: "user-a-1" };

beforeEach(async () => {
  api = await startFakeApi();
  cluster = await connectCluster({ name: "alpha", kubeconfig: api.kubeconfig, firstWaitMilliseconds: 1 });
});
afterEach(async () => {
  cluster.close();
  await api.close();
});

describe("the log of a container", { timeout: 10_000 }, () => {
  it("gives its last lines", async () => {
    api.answer(() => ({ status: 200, body: "one\ntwo\n" }));
    assert.equal(await cluster.log(pod, { container: "app", previous: true, tailLines: 20 }), "one\ntwo\n");
    assert.equal(api.seen[0]?.path, "/api/v1/namespaces/user/pods/user-a-1/log");
    assert.deepEqual(api.seen[0]?.query, {
      container: "app",
      previous: "true",
      tailLines: "20",
      limitBytes: "1048576",
    });
  });

  it("is undefined when there is none", async () => {
    for (const answer of [
      { status: 404, body: { message: 'pods "user-a-1" not found' } },
      { status: 400, body: { message: 'previous terminated container "app" in pod "user-a-1" not found' } },
      { status: 200, body: "" },
    ]) {
      api.answer(() => answer);
      assert.equal(await cluster.log(pod, { container: "app", tailLines: 20 }), undefined);
    }
  });

  it("streams line by line, and ends without an error when it is told to", async () => {
    const stop = new AbortController();
    // A watch of the fake is a stream that a test can write to; a log's path ends with `log`.
    const lines = cluster.streamLog(pod, { container: "app", follow: true, timestamps: true }, stop.signal);
    const iterator = lines[Symbol.asyncIterator]();
    api.answer((seen) => {
      assert.deepEqual(seen.query, { container: "app", follow: "true", timestamps: "true" });
      return { status: 200, body: "one\r\ntwo\nthree" };
    });
    const seen = [];
    for (let result = await iterator.next(); !result.done; result = await iterator.next()) seen.push(result.value);
    assert.deepEqual(seen, ["one", "two", "three"]);
    api.answer(() => "hang");
    const pending = cluster
      .streamLog(pod, { container: "app", follow: true }, stop.signal)
      [Symbol.asyncIterator]()
      .next();
    stop.abort();
    assert.equal((await pending).done, true);
  });

  it("tells a pod that is gone from one that does not run yet", async () => {
    const signal = new AbortController().signal;
    for (const [status, code] of [
      [404, "not-found"],
      [400, "invalid"],
    ] as const) {
      api.answer(() => ({ status, body: { message: "no" } }));
      const next = cluster.streamLog(pod, { container: "app" }, signal)[Symbol.asyncIterator]().next();
      await assert.rejects(next, (error) => error instanceof ClusterError && error.code === code);
    }
  });
});

describe("lines of a stream", () => {
  const read = async (chunks: readonly Uint8Array[], limit = 100) => {
    const lines: string[] = [];
    const stream = (async function* () {
      yield* chunks;
    })();
    for await (const line of readLines(stream, limit)) lines.push(line);
    return lines;
  };
  const bytes = (text: string) => new TextEncoder().encode(text);

  it("are whole, wherever the chunks are cut", async () => {
    const text = "ä🚢 one\n\ntwo";
    for (let cut = 0; cut <= bytes(text).length; cut += 1)
      assert.deepEqual(await read([bytes(text).slice(0, cut), bytes(text).slice(cut)]), ["ä🚢 one", "", "two"]);
  });

  it("that are long cost no more time than short ones", async () => {
    const part = bytes("x".repeat(4096));
    const begun = performance.now();
    const [line] = await read(
      Array.from({ length: 16_384 }, () => part),
      128 * 1024 * 1024,
    );
    assert.equal(line?.length, 64 * 1024 * 1024);
    // By the square of the length it would take minutes.
    assert.ok(performance.now() - begun < 20_000);
  });

  it("that never end come in pieces", async () => {
    assert.deepEqual(await read([bytes("x".repeat(250)), bytes("y\nz\n")]), [
      "x".repeat(100),
      "x".repeat(100),
      `${"x".repeat(50)}y`,
      "z",
    ]);
  });
});
