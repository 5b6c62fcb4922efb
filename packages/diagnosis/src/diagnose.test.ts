import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { type ContainerLog, diagnose, examine, unreachableCause, wantsLogs } from "./index.ts";

interface Input {
  readonly note?: string;
  readonly release?: string;
  readonly now: string;
  readonly objects: readonly KubernetesObject[];
  readonly events: readonly KubernetesObject[];
  readonly logs: readonly ContainerLog[];
}

const folder = join(import.meta.dirname, "../testdata");
/** `UPDATE_GOLDENS=1 node --test ...` writes the answers again; review the difference. */
const update = process.env["UPDATE_GOLDENS"] === "1";

function subjectOf(input: Input) {
  const { release, objects, events, logs, now } = input;
  const place = { cluster: "beta", namespace: "user", service: "user" };
  return { ...place, objects, events, logs, now: Date.parse(now), ...(release === undefined ? {} : { release }) };
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

  it("finds each code, and nothing fatal in what must not fail", () => {
    const seen = new Set<string>();
    for (const name of readdirSync(folder)) {
      const input = read(name);
      const causes = diagnose(subjectOf(input));
      if (input.note?.startsWith("Negative twin")) {
        const own = name.startsWith("crash-loop-exit-137") || name === "deadline-exceeded-with-a-cause";
        assert.ok(own || causes.every((cause) => cause.severity !== "fatal"), name);
      } else {
        assert.ok(name === "all-is-well" || causes.length > 0, name);
        for (const cause of causes) seen.add(cause.code);
      }
    }
    assert.deepEqual(
      [...seen].toSorted(),
      [
        "CrashLoop",
        "DeadlineExceeded",
        "FailedCreate",
        "ImageNotFound",
        "ImagePullDenied",
        "InvalidImageName",
        "ConfigMissing",
        "LivenessFailing",
        "OutOfMemory",
        "QuotaExceeded",
        "ReadinessFailing",
        "SecretMissing",
        "ServiceAccountMissing",
        "StartupFailing",
        "Unschedulable",
        "WebhookDenied",
      ].toSorted(),
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
