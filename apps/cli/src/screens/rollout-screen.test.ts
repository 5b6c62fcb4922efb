import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { RolloutDetail } from "@fairway/api";
import { plainStyle, styleFor } from "../terminal/style.ts";
import { widthOf } from "../terminal/text.ts";
import { assertGolden } from "../testing/golden.ts";
import { at, cause, cluster, rollout, start } from "../testing/rollout-detail.ts";
import { outcomeScreen } from "./outcome-screen.ts";
import { rolloutScreen } from "./rollout-screen.ts";

const colours = styleFor({ isTerminal: true, width: 80, write: () => {} }, {});
const before = { prepare: "done 0 0.4", init: "done 0.4 0.5" };
const through = { ...before, app: "done 0.5 4.7: 2/2", balancing: "done 4.7 4.8", cleanup: "done 4.8 5" };
const canary = {
  strategy: "canary",
  phase: "balancing",
  clusters: [cluster("alpha", { ...before, app: "done 0.5 4: 2/2", balancing: "running 4" })],
  waves: [{ clusters: ["alpha"], status: "running" }],
} satisfies Partial<RolloutDetail>;
const step = (index: number, weight: number, more: Partial<RolloutDetail["steps"][number]>) => ({
  ...{ wave: 0, index, weight, status: "waiting" as const, promoted: false, analysisSkipped: false },
  ...more,
});
const suspect = cause({
  severity: "likely",
  code: "ReadinessFailing",
  summary: "waiting for readiness of user-a-6d9f-x2",
});
const waiting = rollout({
  phase: "app",
  clusters: [
    cluster("alpha", { ...before, app: "done 0.5 3: 2/2" }),
    cluster("beta", { ...before, app: "running 0.5" }, { ready: 1, suspect }),
  ],
});

/** Each is what the stream tells at one moment, `seconds` after the rollout began. */
const cases: Readonly<Record<string, { detail: RolloutDetail; seconds?: number; width?: number; remark?: string }>> = {
  queued: { detail: rollout({ status: "queued", clusters: [cluster("alpha", { prepare: "waiting" })] }) },
  preparing: {
    seconds: 0.2,
    detail: rollout({
      phase: "prepare",
      clusters: [cluster("alpha", { prepare: "done 0 0.2" }), cluster("beta", { prepare: "running 0" })],
    }),
  },
  "waiting-for-readiness": {
    seconds: 4.5,
    width: 120,
    detail: waiting,
  },
  "waiting-for-readiness-in-80-columns": {
    seconds: 4.5,
    detail: waiting,
  },
  "waiting-in-40-columns": {
    seconds: 4.5,
    width: 40,
    detail: waiting,
  },
  "server-away": {
    seconds: 4.5,
    remark: "the server does not answer, trying again",
    detail: rollout({ clusters: [cluster("alpha", { ...before, app: "running 0.5" }, { ready: 1 })] }),
  },
  "cluster-away": {
    seconds: 4.5,
    detail: rollout({
      clusters: [
        cluster("alpha", { ...before, app: "done 0.5 3: 2/2" }),
        cluster("beta", { ...before, app: "running 0.5: 1/2" }, { reachable: false }),
      ],
    }),
  },
  succeeded: {
    detail: rollout({
      status: "succeeded",
      endedAt: at(5),
      clusters: [cluster("alpha", through), cluster("beta", through)],
    }),
  },
  "succeeded-with-a-cluster-to-come": {
    detail: rollout({
      status: "succeeded",
      clusters: [
        cluster("alpha", through),
        cluster("beta", { ...through, cleanup: "waiting" }, { converged: false, reachable: false }),
      ],
    }),
  },
  restoring: {
    seconds: 8,
    detail: rollout({
      status: "restoring",
      clusters: [
        cluster("alpha", { ...before, app: "done 0.5 3: 2/2" }, { restored: "done 6.7 7.5" }),
        cluster("beta", { ...before, app: "failed 0.5 6.7: 0/2" }, { restored: "running 6.7: 1/2" }),
      ],
    }),
  },
  crashed: {
    detail: rollout({
      status: "failed",
      clusters: [
        cluster("alpha", { ...before, app: "done 0.5 3: 2/2" }, { restored: "done 6.7 7.5" }),
        cluster("beta", { ...before, app: "failed 0.5 6.7: 0/2" }, { restored: "done 6.7 9.6" }),
      ],
      causes: [cause()],
    }),
  },
  "crashed-while-another-was-under-way": {
    detail: rollout({
      status: "failed",
      clusters: [
        cluster("alpha", { ...before, app: "skipped 0.5 6.7: 1/2" }, { restored: "done 6.7 7.5: 2/2" }),
        cluster("beta", { ...before, app: "failed 0.5 6.7: 0/2" }, { restored: "done 6.7 9.6: 2/2" }),
      ],
      causes: [
        cause({
          exitCode: 1,
          ranFor: 0,
          lastLog: [
            "file:///app/a/path/that/is/so/long/that/it/would/not/fit/into/eighty/columns/at/all/index.js:4",
            "\tthrow new Error()",
          ],
        }),
      ],
    }),
  },
  "crashed-the-first-time": {
    width: 120,
    detail: {
      ...rollout({
        status: "failed",
        changes: [],
        clusters: [
          cluster("alpha", { ...before, app: "running 0.5" }, { ready: 0, restored: "done 6.7 7.5" }),
          cluster("beta", { ...before, app: "failed 0.5 6.7" }, { ready: 0, restored: "done 6.7 9.6" }),
        ],
        causes: [
          cause({
            severity: "likely",
            code: "ReadinessFailing",
            summary: "it is not ready in time",
            cluster: "alpha",
            count: 1,
          }),
          cause({ lastLog: ["one", "two", "\u001b[31mthree\u001b[0m\u0007", "four", "five", "six", "seven"] }),
        ],
      }),
      from: undefined,
    },
  },
  "image-not-found": {
    detail: rollout({
      status: "failed",
      clusters: [
        cluster("alpha", { ...before, app: "failed 0.5 2.5: 0/2" }, { restored: "failed 2.5 9", converged: false }),
      ],
      causes: [
        {
          code: "ImageNotFound",
          severity: "fatal",
          summary: "the image is not there",
          cluster: "alpha",
          object: "Pod/user-a-6d9f-x2",
          container: "app",
          count: 1,
          message:
            "snapshot.fairway.dev/user@sha256:0000 not found in the snapshots of this machine, which were looked through twice",
          advice: "deploy again: fairway deploy",
        },
      ],
    }),
  },
  "no-cause-found": {
    detail: rollout({
      status: "failed",
      reason: "not ready within 10 m",
      clusters: [cluster("alpha", { ...before, app: "failed 0.5 600.5: 0/2" }, { restored: "done 600.5 602" })],
    }),
  },
  refused: {
    detail: rollout({
      status: "refused",
      reason: "beta cannot be reached",
      clusters: [
        cluster("alpha", { prepare: "done 0 0.4" }),
        cluster("beta", { prepare: "failed 0 0.4" }, { reachable: false }),
      ],
      findings: [
        {
          cluster: "beta",
          code: "ClusterUnreachable",
          message: "the cluster does not answer",
          advice: "fairway cluster start beta",
        },
        {
          cluster: "a-long-cluster-name",
          code: "FieldConflict",
          message: "somebody else owns .spec.replicas of Deployment user-a: kubectl",
        },
      ],
    }),
  },
  "with-warnings": {
    detail: rollout({
      status: "succeeded",
      clusters: [cluster("alpha", { ...before, app: "done 0.5 4: 2/2" })],
      findings: [
        {
          cluster: "alpha",
          severity: "warning",
          code: "Unschedulable",
          message: "1 of 3 pods find no room on the nodes now",
          advice: "wait, or add a node",
        },
      ],
    }),
  },
  removed: {
    detail: {
      ...rollout({
        kind: "removal",
        status: "succeeded",
        changes: [],
        clusters: [
          cluster("alpha", { prepare: "done 0 0.1", app: "skipped", cleanup: "done 0.1 2" }, { desired: 0, ready: 0 }),
        ],
      }),
      to: undefined,
    },
  },
  "many-clusters": {
    seconds: 10,
    detail: rollout({
      clusters: Array.from({ length: 14 }, (_, n) =>
        cluster(
          `cluster-${n + 1}`,
          { ...before, app: n % 5 === 3 ? "running 0.5" : "done 0.5 4: 3/3" },
          { desired: 3, ready: n % 5 === 3 ? 1 : 3 },
        ),
      ),
    }),
  },
  "canary-at-a-gate": {
    seconds: 40,
    width: 100,
    detail: rollout({
      ...canary,
      steps: [
        step(0, 10, { hold: 30_000, status: "done", since: at(4.5), until: at(34.5), promoted: true }),
        step(1, 50, { status: "holding", since: at(35) }),
        step(2, 100, { hold: 0, status: "waiting" }),
      ],
      commands: [
        { id: "1", actor: "admin", at: at(20), command: { type: "pause" }, accepted: true },
        {
          id: "2",
          actor: "night",
          at: at(22),
          command: { type: "promote" },
          accepted: false,
          reason: "it is paused: resume it first",
        },
        { id: "3", actor: "admin", at: at(30), command: { type: "resume" }, accepted: true },
        { id: "4", actor: "admin", at: at(34), command: { type: "promote" }, accepted: true },
        { id: "5", actor: "admin", at: at(39), command: { type: "promote" } },
      ],
    }),
  },
  "canary-measured": {
    seconds: 40,
    width: 100,
    detail: rollout({
      ...canary,
      steps: [
        step(0, 10, { hold: 120_000, status: "holding", since: at(5), until: at(125) }),
        step(1, 100, { hold: 0 }),
      ],
      analysis: {
        measurements: [
          { query: "error_rate", max: 0.01 },
          { query: 'rate(requests_total{service="user"}[1m])', min: 5 },
        ],
        measured: [
          [0.001, null],
          [0.004, 9],
          [0.002, 12],
          [0.0051, 4.5],
        ].map(([first, second], index) => ({
          ...{ at: at(6 + index), wave: 0, step: 0, values: [first ?? null, second ?? null] },
        })),
        verdict: { state: "bad", words: "rate is 4.5, at least 5 is well" },
      },
    }),
  },
  "waves-with-a-look-between": {
    seconds: 100,
    width: 100,
    detail: rollout({
      phase: "app",
      clusters: [
        cluster("alpha", { ...before, app: "done 0.5 4: 2/2" }),
        cluster("beta", { ...before, app: "waiting" }),
        cluster(
          "gamma",
          { ...before, app: "waiting" },
          { behind: { reason: "lost", drained: true }, lost: { by: "admin" } },
        ),
      ],
      waves: [
        {
          clusters: ["alpha"],
          status: "baking",
          bake: { since: at(5), until: at(605), promoted: false, analysisSkipped: false },
        },
        { clusters: ["beta", "gamma"], status: "waiting" },
      ],
      commands: [{ id: "1", actor: "admin", at: at(20), command: { type: "lose", cluster: "gamma" }, accepted: true }],
    }),
  },
  "wave-without-measurements": {
    seconds: 700,
    width: 100,
    detail: rollout({
      phase: "app",
      clusters: [
        cluster("alpha", { ...before, app: "done 0.5 4: 2/2" }),
        cluster("beta", { ...before, app: "waiting" }),
      ],
      waves: [
        {
          ...{ clusters: ["alpha"], status: "baking" },
          bake: { since: at(5), until: at(605), promoted: false, analysisSkipped: false },
        },
        { clusters: ["beta"], status: "waiting" },
      ],
      analysis: {
        measurements: [{ query: "errors", max: 0.01 }],
        measured: [0.004, 0.002, null].map((value, index) => ({ at: at(20 + index * 15), wave: 0, values: [value] })),
        verdict: { state: "no-data", words: "errors has no value yet" },
      },
    }),
  },
  paused: {
    seconds: 9,
    width: 100,
    detail: rollout({
      phase: "app",
      paused: { by: "admin", at: at(8) },
      clusters: [cluster("alpha", { ...before, app: "running 0.5" }, { ready: 1 })],
    }),
  },
  "migration-running": {
    seconds: 9,
    detail: rollout({
      phase: "db",
      clusters: [cluster("alpha", { ...before, db: "running 0.5" }), cluster("beta", { ...before, db: "skipped" })],
      migration: {
        cluster: "alpha",
        job: "user-migrate-18",
        status: "running",
        log: ["from 41", "to 42", "index on orders", "\u001b[31mhalf done"],
      },
    }),
  },
  "migration-and-long-phases": {
    seconds: 4000,
    detail: rollout({
      clusters: [
        cluster("alpha", { ...before, db: "done 0.5 130", app: "running 130: pulling the image" }, { ready: 0 }),
        cluster("beta", { ...before, db: "skipped", app: "running 130" }, { ready: 0 }),
      ],
    }),
  },
};

for (const [name, { detail, seconds = 12, width = 80, remark }] of Object.entries(cases)) {
  test(`screen: ${name}`, () => {
    const screen = rolloutScreen(detail, { width, now: start + seconds * 1000, style: plainStyle, frame: 2, remark });
    const outcome = outcomeScreen(detail, {
      width,
      style: plainStyle,
      url: "http://127.0.0.1:7070",
      serviceUrl: "http://user.localhost:7080",
    });
    const steps = screen.flatMap(({ lines }) => lines);
    assertGolden(`screens/${name}.txt`, `${[...steps, "", ...outcome].join("\n")}\n`);

    const styled = rolloutScreen(detail, { width, now: start + seconds * 1000, style: colours, frame: 2, remark });
    assert.deepEqual(styled.flatMap(({ lines }) => lines).map(stripVTControlCharacters), steps, "colours move nothing");

    for (const line of steps) assert.ok(widthOf(line) <= width, `wider than ${width}: ${line}`);
    const moving = screen.filter(({ settled }) => !settled);
    assert.ok(moving.length <= 1, "at most one line moves");
    assert.ok(moving.length === 0 || screen.at(-1)?.settled === false, "and it is the last");
    assert.ok(
      detail.status === "running" || detail.status === "restoring" || moving.length === 0,
      "an end leaves nothing moving",
    );
  });
}
