import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Cluster, ClusterError } from "../ports.ts";
import { memoryCluster } from "../testing/memory-cluster.ts";
import { heedAnswers } from "./heed-answers.ts";

const clock = { now: () => 0, sleep: async () => undefined };

/** What is noted of a cluster whose answers are these. */
function heeded(answers: Partial<Cluster>) {
  const noted: string[] = [];
  const cluster = heedAnswers(
    { ...memoryCluster("alpha", clock), ...answers },
    { silent: (name) => void noted.push(`${name} silent`), answered: (name) => void noted.push(`${name} answered`) },
  );
  return { cluster, noted };
}

const throwing = (code: "unreachable" | "forbidden") => async (): Promise<never> => {
  throw new ClusterError(code, "alpha", code);
};
const nodes = { apiVersion: "v1", kind: "Node" };

describe("whether a cluster answers", () => {
  it("is noted by what calls say: an answer, a refusal, silence", async () => {
    const well = heeded({});
    await well.cluster.list(nodes);
    assert.deepEqual(well.noted, ["alpha answered"]);
    const closed = heeded({ list: throwing("forbidden") });
    await assert.rejects(closed.cluster.list(nodes), /forbidden/);
    assert.deepEqual(closed.noted, ["alpha answered"]);
    const away = heeded({ list: throwing("unreachable") });
    await assert.rejects(away.cluster.list(nodes), /unreachable/);
    assert.deepEqual(away.noted, ["alpha silent"]);
  });

  it("is noted by what is observed, and by how that ends", async () => {
    const { cluster, noted } = heeded({
      async *follow(namespace) {
        yield { cluster: "alpha", namespace, at: 0, objects: [], events: [] };
        throw new ClusterError("unreachable", "alpha", "gone");
      },
    });
    const following = cluster.follow("shop", new AbortController().signal)[Symbol.asyncIterator]();
    await following.next();
    assert.deepEqual(noted, ["alpha answered"]);
    await assert.rejects(following.next(), /gone/);
    assert.deepEqual(noted, ["alpha answered", "alpha silent"]);
  });
});
