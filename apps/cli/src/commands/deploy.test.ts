import assert from "node:assert/strict";
import { test } from "node:test";
import type { RolloutDetail } from "@fairway/api";
import { runProgram } from "../program.ts";
import { deployServer, eventsOf, success } from "../testing/deploy-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { detail } from "../testing/platform.ts";
import { cause, cluster, rollout, start } from "../testing/rollout-detail.ts";
import { runCli, serviceFolder, smallService } from "../testing/run-cli.ts";

const before = { prepare: "done 0 0.4", init: "done 0.4 0.5" };
const failure: readonly RolloutDetail[] = [
  rollout({
    clusters: [cluster("alpha", { ...before, app: "running 0.5" }), cluster("beta", { ...before, app: "running 0.5" })],
  }),
  rollout({
    status: "failed",
    clusters: [
      cluster("alpha", { ...before, app: "done 0.5 3: 2/2" }, { restored: "done 6.7 7.5" }),
      cluster("beta", { ...before, app: "failed 0.5 6.7: 0/2" }, { restored: "done 6.7 9.6" }),
    ],
    causes: [cause()],
  }),
];
const refusal: readonly RolloutDetail[] = [
  rollout({
    status: "refused",
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
    ],
  }),
];

/** What differs from run to run: digest, times of this machine, addresses. */
function stable(text: string): string {
  return text
    .replace(/sha256:[0-9a-f]{4,}/g, "sha256:9f2c")
    .replace(/(uploaded .*?) +\d+\.\d s$/m, "$1 <time>")
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:7070");
}

/** Waits for a condition; fails after ten seconds. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    assert.ok(tries < 2_000, "it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("deploy through a pipe: settled lines only, exit code 0", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(success), end: "end" }));
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy"], { folder, environment: server.environment });
  assert.deepEqual([ended.code, ended.err], [0, ""]);
  assertGolden("deploy/success.txt", stable(ended.out));
  assert.equal(server.snapshots.size, 1);
  assert.match(server.idempotencyKeys[0] ?? "", /^[0-9a-f-]{36}$/);

  const again = await runCli(["deploy", folder], { environment: server.environment });
  assert.match(again.out, /✓ unchanged {4}1 file, 22 B, sha256:[0-9a-f]{4}…\n/);
  assert.equal(server.calls.filter((name) => name === "putSnapshot").length, 1);
});

test("a deploy ends with the service's address at the edge; without an edge nobody is asked for it", async (t) => {
  for (const edge of [{ port: 7080 }, undefined]) {
    const environments = [{ name: "prod", clusters: ["alpha", "beta"] }];
    const server = await deployServer(t, () => ({ events: eventsOf(success), end: "end" }), {
      platform: () => ({ value: { version: "0.1.0", environments, ...(edge === undefined ? {} : { edge }) } }),
      getService: () => ({ value: detail }),
    });
    const ended = await runCli(["deploy", await serviceFolder(t, smallService)], { environment: server.environment });
    assert.deepEqual([ended.code, ended.err], [0, ""]);
    assert.equal(/open +http:\/\/user\.localhost:7080/.test(ended.out), edge !== undefined, ended.out);
    assert.equal(server.calls.includes("getService"), edge !== undefined);
  }
});

test("a snapshot that the server let go of after it was asked is sent again", async (t) => {
  const asked: boolean[] = [];
  const server = await deployServer(t, () => ({ events: eventsOf(success), end: "end" }), {
    headSnapshot: () =>
      asked.push(true) === 1
        ? { value: undefined }
        : { problem: { code: "not-found", title: "No such snapshot", status: 404 } },
  });
  const ended = await runCli(["deploy", await serviceFolder(t, smallService)], { environment: server.environment });
  assert.deepEqual([ended.code, ended.err], [0, ""]);
  assert.match(ended.out, /✓ unchanged .*\n.*✓ uploaded /);
  assert.equal(server.snapshots.size, 1);
});

test("deploy that fails: what, where, the last log and what to do; exit code 1", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(failure), end: "end" }));
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy"], { folder, environment: server.environment });
  assert.deepEqual([ended.code, ended.err], [1, ""]);
  assertGolden("deploy/failure.txt", stable(ended.out));
});

test("deploy that is refused in prepare: findings by cluster; exit code 1", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(refusal), end: "end" }));
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy"], { folder, environment: server.environment });
  assert.deepEqual([ended.code, ended.err], [1, ""]);
  assertGolden("deploy/refused.txt", stable(ended.out));
});

test("a stream that breaks is resumed behind the last event; nothing is printed twice", async (t) => {
  const asked: (string | undefined)[] = [];
  const server = await deployServer(t, (lastEventId) => {
    asked.push(lastEventId);
    if (asked.length === 1) return { events: eventsOf(success.slice(0, 3)), end: "broken" };
    if (asked.length === 2) return { problem: { code: "not-ready", title: "The server is starting", status: 503 } };
    return { events: eventsOf(success.slice(3), 4), end: "end" };
  });
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy"], { folder, environment: server.environment });
  assert.equal(ended.code, 0);
  assert.deepEqual(asked, [undefined, "3", "3"]);
  assertGolden("deploy/success.txt", stable(ended.out));
});

test("deploy --json: one event per line, in order, the last one tells the end", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(failure), end: "end" }));
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy", "--json"], { folder, environment: server.environment });
  assert.equal(ended.code, 1);
  const lines = ended.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ type }) => type),
    ["snapshot", "upload", "release", "rollout", "rollout", "result"],
  );
  const [snapshot, upload, release] = lines;
  const [digest] = server.snapshots;
  assert.deepEqual(snapshot, { type: "snapshot", digest, files: 1, bytes: 22, build: null });
  assert.deepEqual(upload, { type: "upload", digest, sent: true });
  assert.deepEqual(release, {
    type: "release",
    release: "7c41e0b8a402",
    previous: "5b02aa3d9e11",
    changes: ["image", "env LOG_LEVEL"],
    warnings: [],
  });
  assert.equal(lines[4].rollout.causes[0].code, "CrashLoop");
  assert.deepEqual(lines[5], {
    type: "result",
    rollout: 18,
    status: "failed",
    service: "user",
    environment: "prod",
    release: "7c41e0b8a402",
  });
});

/** An environment with a registry, and what the server says of a push. */
const withRegistry = (sent: number): Parameters<typeof deployServer>[2] => ({
  platform: () => ({
    value: {
      version: "0.1.0",
      environments: [{ name: "prod", clusters: ["gamma"], registry: "registry.example.com/team" }],
    },
  }),
  createImage: () => {
    const digest = `sha256:9f2c${"0".repeat(60)}`;
    const reference = `registry.example.com/team/user@${digest}`;
    const image = { type: "image", reference, digest, bytes: 52_000_000, sent, warnings: [] };
    const progress = { type: "progress", what: "sending", sent: 1, total: sent };
    return {
      events: [
        { id: "1", data: progress },
        { id: "2", data: image },
      ],
      end: "end",
    };
  },
});

test("with a registry the push is a step, with what was sent and what was there", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(success), end: "end" }), withRegistry(2_100_000));
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy"], { folder, environment: server.environment });
  assert.deepEqual([ended.code, ended.err], [0, ""]);
  assertGolden("deploy/pushed.txt", stable(ended.out).replace(/(pushed .*?) +\d+\.\d s/, "$1 <time>"));
  const json = await runCli(["deploy", "--json"], { folder, environment: server.environment });
  const lines = json.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.slice(0, 5).map(({ type }) => type),
    ["snapshot", "upload", "progress", "image", "release"],
  );
  assert.deepEqual([lines[3].sent, lines[3].bytes], [2_100_000, 52_000_000]);
});

test("an image that was there already is said to be", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(success), end: "end" }), withRegistry(0));
  const ended = await runCli(["deploy", await serviceFolder(t, smallService)], { environment: server.environment });
  assert.match(ended.out, /✓ pushed {7}registry.example.com\/team\/user@.*\n.*nothing sent, all 52\.0 MB were there\n/);
});

test("a ready image is neither built nor uploaded; what is worth a look is told", async (t) => {
  const asked: unknown[] = [];
  const server = await deployServer(t, () => ({ events: eventsOf(success), end: "end" }), {
    ...withRegistry(0),
    createRelease: ({ body }) => {
      asked.push(body);
      const asTold = { asked: "registry.example.com/app:1.2", reference: "registry.example.com/app@sha256:1" };
      const release = { name: "7c41e0b8a402", service: "user", environment: "prod", image: asTold };
      return {
        value: {
          release: {
            ...release,
            createdAt: new Date(start).toISOString(),
            actor: "admin",
            available: true,
            active: false,
          },
          previous: "5b02aa3d9e11",
          changes: ["image registry.example.com/app:1.2 moved, sha256:111111111111 -> sha256:222222222222"],
          warnings: ["the image of registry.example.com/app:1.2 has 800 MiB"],
        },
      };
    },
  });
  const folder = await serviceFolder(t, {
    "app.toml": 'name = "user"\n[build]\nimage = "registry.example.com/app:1.2"\n',
    "kubernetes/settings.yaml": "kind: ConfigMap\n",
  });
  const ended = await runCli(["deploy"], { folder, environment: server.environment });
  assert.deepEqual([ended.code, ended.err], [0, ""]);
  assert.match(ended.out, /1 change: image registry\.example\.com\/app:1\.2 moved/);
  assert.match(ended.out, /\n {2}! the image of registry\.example\.com\/app:1\.2 has 800 MiB\n/);
  assert.ok(!server.calls.some((name) => ["headSnapshot", "putSnapshot", "createImage"].includes(name)));
  assert.deepEqual(asked, [
    {
      environment: "prod",
      appToml: 'name = "user"\n[build]\nimage = "registry.example.com/app:1.2"\n',
      kubernetes: { "settings.yaml": "kind: ConfigMap\n" },
    },
  ]);
});

test("a registry that refuses is told with what to do, and nothing is rolled out", async (t) => {
  const server = await deployServer(t, () => ({ events: [], end: "end" }), {
    ...withRegistry(0),
    createImage: () => ({
      problem: {
        code: "registry-unauthorized",
        title: "The registry does not accept the credentials",
        detail: "registry.example.com/team/user: it does not take the user and password",
        hint: "register it again with credentials that may push",
        status: 422,
      },
    }),
  });
  const ended = await runCli(["deploy", await serviceFolder(t, smallService)], { environment: server.environment });
  assert.equal(ended.code, 1);
  assert.equal(
    ended.err,
    "The registry does not accept the credentials: registry.example.com/team/user: it does not take the user and password.\n  do       register it again with credentials that may push\n",
  );
  assert.ok(!server.calls.includes("createRollout"));
});

test("--no-wait ends once the rollout has started", async (t) => {
  const server = await deployServer(t, () => ({ events: [], end: "open" }));
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy", "--no-wait"], { folder, environment: server.environment });
  assert.equal(ended.code, 0);
  assert.match(ended.out, /\nRollout 18 has started\. Follow it: fairway rollouts 18 --follow\n$/);
  assert.ok(!server.calls.includes("followRollout"));
});

test("what the server refuses is told with its hint, and nothing is rolled out", async (t) => {
  const issue = {
    code: "dependency-unknown",
    message: 'there is no service "dta-bus"',
    line: 6,
    column: 8,
    hint: 'did you mean "data-bus"?',
  };
  const server = await deployServer(t, () => ({ events: [], end: "end" }), {
    createRelease: () => ({
      problem: { code: "app-toml-not-valid", title: "app.toml is not valid", status: 422, issues: [issue] },
    }),
  });
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy"], { folder, environment: server.environment });
  assert.equal(ended.code, 2);
  assert.equal(
    ended.err,
    'app.toml is not valid.\n  app.toml:6:8  there is no service "dta-bus": did you mean "data-bus"?\n',
  );
  assert.ok(!server.calls.includes("createRollout"));
});

test("what can be seen here is not sent: problems of app.toml, a missing entry, a failing build, a wrong environment", async (t) => {
  const server = await deployServer(t, () => ({ events: [], end: "end" }));
  const run = async (files: Readonly<Record<string, string>>, ...args: string[]) =>
    runCli(["deploy", ...args], { folder: await serviceFolder(t, files), environment: server.environment });

  const typo = await run({ ...smallService, "app.toml": 'nam = "user"\n' });
  assert.equal(typo.code, 2);
  assert.match(typo.err, /^app\.toml:1:1 /);
  assert.deepEqual(server.calls, [], "the server was not even asked");

  const noEntry = await run({ "app.toml": smallService["app.toml"] });
  assert.equal(noEntry.code, 2);
  assert.match(noEntry.err, /^The service would start with "node \."/);

  const build = await run({
    ...smallService,
    "app.toml": `${smallService["app.toml"]}[build]\ncommand = "echo no compiler; exit 4"\n`,
  });
  assert.equal(build.code, 1);
  assert.match(build.err, /^The build command ended with exit code 4/);
  assert.match(build.err, /\n {2}do {7}mend what it says, and deploy again/);
  assert.match(build.err, /│ no compiler/);

  const ahead = await run({
    ...smallService,
    "app.toml": `${smallService["app.toml"]}[build]\ncommand = "exit 4"\n[secrets]\nrequired = ["TOKEN"]\n`,
  });
  assert.equal(ahead.code, 1, "before anything is built");
  assert.match(
    ahead.err,
    /^app\.toml:9:1 {2}\[secrets\]: secrets cannot be had from this version of Fairway {2}\[not-deliverable-yet\]/,
  );

  const environment = await run(smallService, "--env", "prd");
  assert.equal(environment.code, 2);
  assert.match(environment.err, /no environment "prd"\.\n {2}do {7}one of: prod/);
  assert.ok(server.calls.every((name) => name !== "createRelease"));
});

test("a wrong token is told without a trace of it", async (t) => {
  const server = await deployServer(t, () => ({ events: [], end: "end" }));
  const folder = await serviceFolder(t, smallService);
  const ended = await runCli(["deploy"], {
    folder,
    environment: { ...server.environment, FAIRWAY_TOKEN: "wr0ng-token" },
  });
  assert.equal(ended.code, 1);
  assert.match(ended.err, /^The server does not accept the token\.\n {2}do {7}/);
  assert.ok(!`${ended.out}${ended.err}`.includes("wr0ng-token"));
});

test("Ctrl-C detaches: the command to follow is printed, exit code 130, and a second one does nothing worse", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(success.slice(0, 3)), end: "open" }));
  const folder = await serviceFolder(t, smallService);
  let pressed = 0;
  const ended = await runCli(["deploy"], {
    folder,
    environment: server.environment,
    onOutput: (out, interrupt) => {
      if (!out.includes("✓ init") || pressed > 0) return;
      pressed += 1;
      interrupt();
      interrupt();
    },
  });
  assert.equal(ended.code, 130);
  assert.match(ended.err, /^\nRollout 18 goes on\.\n {2}follow {3}fairway rollouts 18 --follow {5}http/);
});

test("Ctrl-C while it builds: nothing was rolled out, and nothing is left running", async (t) => {
  const server = await deployServer(t, () => ({ events: [], end: "end" }));
  const folder = await serviceFolder(t, {
    ...smallService,
    "app.toml": `${smallService["app.toml"]}[build]\ncommand = "echo building; sleep 300"\n`,
  });
  const shell = fakeShell({
    environment: { ...server.environment, PATH: process.env["PATH"] ?? "" },
    terminal: true,
    folder,
  });
  const running = runProgram(["deploy"], shell, "0.0.0");
  await until(() => /building +echo/.test(shell.written.out));
  shell.interrupt();
  assert.equal(await running, 130);
  assert.match(shell.written.err, /Stopped; nothing was rolled out\./);
  assert.ok(server.calls.every((name) => name !== "createRelease"));
});

test("on a terminal one line moves, and what stays is what a pipe gets", async (t) => {
  const server = await deployServer(t, () => ({ events: eventsOf(success), end: "end" }));
  const folder = await serviceFolder(t, smallService);
  const shell = fakeShell({
    environment: { ...server.environment, NO_COLOR: "1" },
    terminal: true,
    folder,
    time: start,
  });
  assert.equal(await runProgram(["deploy"], shell, "0.0.0"), 0);
  assertGolden("deploy/success.txt", stable(shell.screen()));
  assert.match(shell.written.out, /⠋|⠙|⠹|⠸|⠼|⠴|⠦|⠧|⠇|⠏/);
  assert.match(shell.written.out, /app {10}alpha 2\/2 ✓ {2}beta 1\/2/);
});
