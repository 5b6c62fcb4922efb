import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { clusterEntries } from "./entries/cluster-entries.ts";
import { podEntries } from "./entries/pod-entries.ts";
import { type ContainerLog, diagnose, examine, unreachableCause, wantsLogs } from "./index.ts";

interface Input {
  readonly note?: string;
  /** Codes that one could take this for, and must not. */
  readonly twinOf?: readonly string[];
  readonly release?: string;
  readonly since?: string;
  readonly now: string;
  readonly objects: readonly KubernetesObject[];
  readonly events: readonly KubernetesObject[];
  readonly logs: readonly ContainerLog[];
}

const folder = join(import.meta.dirname, "../testdata");
/** `UPDATE_GOLDENS=1 node --test ...` writes the answers again; review the difference. */
const update = process.env["UPDATE_GOLDENS"] === "1";

function subjectOf(input: Input) {
  const { release, since, objects, events, logs, now } = input;
  return {
    ...{ cluster: "beta", namespace: "user", service: "user", objects, events, logs, now: Date.parse(now) },
    ...(release === undefined ? {} : { release }),
    ...(since === undefined ? {} : { since: Date.parse(since) }),
  };
}

function read(name: string): Input {
  return JSON.parse(readFileSync(join(folder, name, "input.json"), "utf8"));
}

describe("diagnose", () => {
  for (const name of readdirSync(folder)) {
    it(`answers as written: ${name}`, () => {
      const subject = subjectOf(read(name));
      const { causes, doomed } = examine(subject);
      const answer = { doomed, wantsLogs: wantsLogs(subject), causes };
      const file = join(folder, name, "causes.json");
      if (update) writeFileSync(file, `${JSON.stringify(answer, null, 2)}\n`);
      assert.deepEqual(JSON.parse(JSON.stringify(answer)), JSON.parse(readFileSync(file, "utf8")));
    });
  }

  /** Those of a Job, of a silent cluster and of refused writes have tests of their own. */
  const codes = Object.keys({ ...podEntries, ...clusterEntries })
    .filter((code) => !["MigrationFailed", "MigrationLost", "ClusterUnreachable"].includes(code))
    .toSorted();

  it("finds each code somewhere", () => {
    const seen = readdirSync(folder)
      .map(read)
      .filter((input) => input.note?.startsWith("Negative twin") !== true)
      .flatMap((input) => diagnose(subjectOf(input)).map(({ code }): string => code));
    assert.deepEqual(
      codes.filter((code) => !seen.includes(code)),
      [],
    );
  });

  it("takes nothing for what it only looks like, and each code has such a case", () => {
    const twins = readdirSync(folder)
      .map((name) => ({ name, ...read(name) }))
      .filter(({ twinOf }) => twinOf !== undefined);
    for (const { name, twinOf = [], ...input } of twins) {
      const { causes, doomed } = examine(subjectOf(input));
      for (const { code, severity } of causes) assert.ok(!twinOf.includes(code) || severity !== "fatal", name);
      assert.ok(!doomed || causes.some(({ code }) => !twinOf.includes(code)), name);
    }
    const covered = twins.flatMap(({ twinOf = [] }) => twinOf);
    assert.deepEqual(
      codes.filter((code) => !covered.includes(code)),
      [],
    );
  });

  it("says nothing about another namespace or another service", () => {
    const input = read("crash-loop");
    assert.deepEqual(diagnose({ ...subjectOf(input), namespace: "shop" }), []);
    assert.deepEqual(diagnose({ ...subjectOf(input), service: "shop" }), []);
  });

  it("says since when a cluster is silent", () => {
    const cause = unreachableCause({ cluster: "beta", since: 10_000, now: 40_000, message: "connection refused" });
    assert.equal(cause.code, "ClusterUnreachable");
    assert.equal(cause.message, "connection refused (silent for 30 s)");
  });
});
