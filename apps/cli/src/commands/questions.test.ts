import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runProgram } from "../program.ts";
import { type FakeServer, fakeServer } from "../testing/fake-server.ts";
import { type FakeShell, fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { clusters, detail, logLines, releases, services } from "../testing/platform.ts";
import { at, cause, cluster, rollout, start } from "../testing/rollout-detail.ts";
import { serviceFolder } from "../testing/run-cli.ts";

const minute = start + 60_000;
const failed = rollout({
  status: "failed",
  reason: "the new release crashes when it starts (CrashLoop)",
  clusters: [cluster("alpha", { prepare: "done 0 0.4", app: "failed 0.4 6: 0/2" }, { restored: "done 6 8" })],
  causes: [cause({ cluster: "alpha" })],
  endedAt: at(8),
  durations: [
    { phase: "prepare", took: 400 },
    { phase: "app", took: 5_600 },
    { phase: "restore", took: 2_000 },
  ],
  objectChanges: [
    { change: "variable LOG_LEVEL changed", clusters: ["alpha"] },
    ...Array.from({ length: 9 }, (_, index) => ({ change: `label l${index} added`, clusters: ["alpha"] })),
  ],
});
const removed = rollout({
  kind: "removal",
  status: "succeeded",
  clusters: [cluster("alpha", { cleanup: "done 0 2" })],
});

type Handlers = Parameters<typeof fakeServer>[1];

function platform(t: TestContext, more: Handlers = {}): Promise<FakeServer> {
  return fakeServer(t, {
    platform: () => ({ value: { version: "0.1.0", environments: [{ name: "prod", clusters: ["alpha", "beta"] }] } }),
    listServices: ({ query }) => ({
      value: { items: services.filter(({ name }) => name.includes(String(query["search"] ?? ""))) },
    }),
    getService: ({ params }) =>
      params["service"] === "user"
        ? { value: detail }
        : { problem: { code: "service-unknown", title: "There is no such service", status: 404 } },
    listClusters: () => ({ value: { items: clusters } }),
    listRollouts: () => ({ value: { items: [failed, rollout({ number: 17, phase: "app" })] } }),
    getRollout: () => ({ value: failed }),
    followRollout: ({ params }) => ({
      events: [{ id: "1", data: params["number"] === 19 ? { ...removed, number: 19 } : failed }],
      end: "end",
    }),
    listReleases: () => ({ value: { items: releases } }),
    ...more,
  });
}

async function run(
  server: FakeServer,
  args: readonly string[],
  options: Partial<Parameters<typeof fakeShell>[0]> = {},
): Promise<{ readonly code: number; readonly shell: FakeShell; readonly out: string; readonly err: string }> {
  const shell = fakeShell({
    time: minute,
    ...options,
    environment: { NO_COLOR: "1", ...server.environment, ...options.environment },
  });
  const code = await runProgram(args, shell, "0.0.0");
  return { code, shell, out: shell.written.out, err: shell.written.err };
}

const screens: Readonly<Record<string, { args: readonly string[]; code?: number; width?: number }>> = {
  status: { args: ["status"] },
  "status-of-one": { args: ["status", "user"] },
  services: { args: ["services"] },
  rollouts: { args: ["rollouts", "user"] },
  rollout: { args: ["rollouts", "18"] },
  "rollouts-wide": { args: ["rollouts"], width: 120 },
  "rollout-followed": { args: ["rollouts", "18", "--follow"], code: 1 },
  releases: { args: ["releases", "user"] },
  clusters: { args: ["clusters"] },
};
for (const [name, { args, code = 0, width = 80 }] of Object.entries(screens))
  test(`fairway ${args.join(" ")}: fits ${width} columns`, async (t) => {
    const server = await platform(t);
    const ended = await run(server, args, { width });
    assert.deepEqual([ended.code, ended.err], [code, ""]);
    assertGolden(`questions/${name}.txt`, ended.out.replaceAll(server.url, "http://127.0.0.1:7070"));
    const links = /https?:\/\/|fairway /;
    for (const line of ended.out.split("\n")) assert.ok(line.length <= width || links.test(line), `too wide: ${line}`);
  });

test("--json: what the API gives, under stable names", async (t) => {
  const server = await platform(t);
  const json = async (...args: string[]) => JSON.parse((await run(server, [...args, "--json"])).out);
  assert.deepEqual(Object.keys(await json("status")), ["environment", "clusters", "services", "rollouts"]);
  assert.deepEqual((await json("status", "user")).causes[0].code, "CrashLoop");
  assert.deepEqual(await json("services", "user"), { items: [JSON.parse(JSON.stringify(services[0]))] });
  assert.deepEqual(
    (await json("rollouts")).items.map(({ number }: { number: number }) => number),
    [18, 17],
  );
  assert.equal((await json("rollouts", "18")).status, "failed");
  assert.deepEqual((await json("releases", "user")).items.length, 3);
  assert.deepEqual((await json("clusters")).items.length, 3);
});

test("an empty platform says what to do next", async (t) => {
  const server = await platform(t, {
    listServices: () => ({ value: { items: [] } }),
    listRollouts: () => ({ value: { items: [] } }),
    listClusters: () => ({ value: { items: [] } }),
  });
  assert.match((await run(server, ["status"])).out, /Nothing runs here yet\..*fairway deploy/);
  assert.match((await run(server, ["services"])).out, /No services in prod yet\..*fairway deploy/);
  assert.match((await run(server, ["rollouts"])).out, /^No rollouts in prod yet\.\n$/);
  assert.match((await run(server, ["clusters"])).out, /^No clusters\. Add one: fairway cluster add/);
});

test("with several environments --env decides; without it they are named", async (t) => {
  const environments = [
    { name: "prod", clusters: ["alpha"] },
    { name: "staging", clusters: ["gamma"] },
  ];
  const server = await platform(t, { platform: () => ({ value: { version: "0.1.0", environments } }) });
  const which = await run(server, ["services"]);
  assert.deepEqual([which.code, which.out], [2, ""]);
  assert.match(which.err, /^Which environment\?\n {2}do {7}add --env, one of: prod, staging\n$/);
  assert.equal((await run(server, ["services", "--env", "staging"])).code, 0);
  assert.equal((await run(server, ["--env=staging", "services"])).code, 0);
});

test("logs: cluster and pod before each line, without what could steer the terminal", async (t) => {
  let asked: Readonly<Record<string, unknown>> = {};
  const server = await platform(t, {
    serviceLogs: ({ query }) => {
      asked = query;
      return { events: logLines.map((data, n) => ({ id: String(n), data })), end: "end" };
    },
  });
  const ended = await run(server, [
    "logs",
    "user",
    "--release",
    "7c4",
    "--previous",
    "--cluster",
    "beta",
    "--tail",
    "5",
  ]);
  assert.deepEqual([ended.code, ended.err], [0, ""]);
  assert.equal(ended.out, "alpha user-a-6d9f-x2 │ listening\nbeta user-a-6d9f-z9 │ boom\tat line 3\n");
  assert.deepEqual(asked, {
    environment: "prod",
    cluster: "beta",
    release: "7c41e0b8a402",
    follow: false,
    previous: true,
    tail: 5,
  });
  const json = await run(server, ["logs", "user", "--json"]);
  assert.deepEqual(
    json.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    logLines,
  );

  const none = await run(server, ["logs", "user", "--release", "ffff"]);
  assert.equal(none.code, 2);
  assert.match(none.err, /user has no release ffff\.\n {2}do {7}fairway releases user/);
  assert.match((await run(server, ["logs", "user", "--release", "5b"])).err, /More than one release begins with 5b/);
});

test("logs -f goes on until Ctrl-C", async (t) => {
  const server = await platform(t, {
    serviceLogs: () => ({ events: logLines.map((data, n) => ({ id: String(n), data })), end: "open" }),
  });
  const shell = fakeShell({ environment: server.environment });
  const write = shell.out.write.bind(shell.out);
  const watched = {
    ...shell,
    out: {
      ...shell.out,
      isTerminal: false,
      width: 80,
      write: (text: string) => {
        write(text);
        if (text.includes("boom")) setImmediate(shell.interrupt);
      },
    },
  };
  assert.equal(await runProgram(["logs", "user", "-f"], watched, "0.0.0"), 130);
  assert.match(shell.written.out, /listening/);
});

test("logs of a release that failed and is gone: what its rollout has kept of them", async (t) => {
  const server = await platform(t, { serviceLogs: () => ({ events: [], end: "end" }) });
  const ended = await run(server, ["logs", "user", "--release", "7c41", "--previous"]);
  assert.deepEqual(
    [ended.code, ended.out, ended.err],
    [
      0,
      "alpha user-a-6d9f-x2 │ boom: no DATABASE_URL\n",
      "The pods of release 7c41e0 are gone; these last lines are from rollout 18.\n",
    ],
  );
  const json = await run(server, ["logs", "user", "--release", "7c41", "--json"]);
  assert.equal(JSON.parse(json.out).text, "boom: no DATABASE_URL");
  const none = await run(server, ["logs", "user", "--previous"]);
  assert.match(none.err, /^No lines: nothing was restarted/);
});

test("status: a trouble of many services is told once, what is down first", async (t) => {
  const [one] = services;
  assert.ok(one !== undefined);
  const lost = Array.from({ length: 30 }, (_, n) => ({
    ...{ ...one, name: `user-${n}`, health: "degraded" as const, trouble: "beta cannot be reached" },
  }));
  const down = { ...one, name: "pay", health: "down" as const, trouble: "the service crashes when it starts (alpha)" };
  const server = await platform(t, { listServices: () => ({ value: { items: [...lost, down] } }) });
  const { out } = await run(server, ["status"]);
  const below = out.slice(out.indexOf("✗ pay  the service"));
  assert.match(
    below,
    /^✗ pay {2}the service crashes when it starts \(alpha\)\n {2}! user-0, .*user-4 and 25 more {2}beta/,
  );
  assert.equal(below.match(/cannot be reached/g)?.length, 1);
  assert.match(below, /more {2}fairway status pay/);
});

test("rollouts --follow: the newest of a service, or the one that is under way", async (t) => {
  const server = await platform(t);
  assert.match((await run(server, ["rollouts", "user", "--follow"])).out, /rollout 18, deploy/);
  assert.match((await run(server, ["rollouts", "--follow"])).out, /rollout 17, deploy/);
  const idle = await platform(t, { listRollouts: () => ({ value: { items: [] } }) });
  const nothing = await run(idle, ["rollouts", "--follow"]);
  assert.deepEqual([nothing.code, nothing.err.split("\n")[0]], [1, "Nothing is being rolled out in prod."]);
  assert.equal((await run(idle, ["rollouts", "nope"])).code, 1);
  assert.match((await run(idle, ["rollouts", "nope", "--follow"])).err, /There is no such service/);
});

test("status of one: the same cause in two clusters is told once, what is only waited for without advice", async (t) => {
  const waiting = cause({
    severity: "transient",
    code: "ReadinessFailing",
    summary: "the service is not ready yet",
    lastLog: [],
  });
  const server = await platform(t, {
    getService: () => ({
      value: {
        ...detail,
        dependencies: [{ name: "mail", known: true, health: "down" }],
        causes: [waiting, cause(), cause({ cluster: "alpha", lastLog: [] })],
      },
    }),
  });
  const { out } = await run(server, ["status", "user"]);
  assert.equal(out.match(/\(CrashLoop\)/g)?.length, 1);
  assert.equal(out.match(/boom: no DATABASE_URL/g)?.length, 1);
  assert.match(out, /where {4}beta, .*\n.*\n {13}alpha, pod/);
  assert.match(out, /calls +mail \(✗ down\)/);
  assert.ok(out.indexOf("CrashLoop") < out.indexOf("ReadinessFailing"), "the worst first");
  assert.equal(out.match(/^ {4}do /gm)?.length, 1);
});

test("rollback: previous by default, or a beginning of a release's name", async (t) => {
  const bodies: unknown[] = [];
  const server = await platform(t, {
    listRollouts: () => ({ value: { items: [failed] } }),
    createRollout: ({ body }) => {
      bodies.push(body);
      return { value: rollout({ number: 19, kind: "rollback", from: "7c41e0b8a402", to: "5b02aa3d9e11" }) };
    },
  });
  const ended = await run(server, ["rollback", "user"]);
  assert.equal(ended.code, 0);
  assert.match(ended.out, /^ {2}user {2}rollback {2}prod\n {2}release 5b02aa ← 7c41e0 /);
  await run(server, ["rollback", "user", "5b02"]);
  assert.deepEqual(
    bodies.map((body) => [Object(body).release, Object(body).kind, Object(body).service]),
    [
      ["previous", "rollback", "user"],
      ["5b02", "rollback", "user"],
    ],
  );
});

test("remove asks for the name again; elsewhere it wants --yes", async (t) => {
  const server = await platform(t, { removeService: () => ({ value: rollout({ number: 19, kind: "removal" }) }) });
  const removals = () => server.calls.filter((name) => name === "removeService").length;

  const piped = await run(server, ["remove", "user"]);
  assert.deepEqual([piped.code, removals()], [2, 0]);
  assert.match(piped.err, /Nobody can be asked here\.\n {2}do {7}add --yes/);
  const other = await run(server, ["remove", "user"], { terminal: true, answer: "usr" });
  assert.deepEqual([other.code, removals()], [2, 0]);
  assert.match(other.err, /not its name; nothing was done/);
  const unknown = await run(server, ["remove", "usr", "--yes"]);
  assert.deepEqual([unknown.code, removals()], [1, 0]);
  assert.match(unknown.err, /There is no such service/);

  assert.equal((await run(server, ["remove", "user"], { terminal: true, answer: "user" })).code, 0);
  const yes = await run(server, ["remove", "user", "--yes"]);
  assert.deepEqual([yes.code, removals()], [0, 2]);
  assert.match(yes.out, /Rollout 19 succeeded: user is removed from prod\.\n$/);
});

test("cluster add sends the kubeconfig; stop, start and remove name what they did", async (t) => {
  const added: unknown[] = [];
  const server = await platform(t, {
    addCluster: ({ body }) => {
      added.push(body);
      return { value: { ...clusters[0], name: "gamma" } };
    },
    stopCluster: () => ({ value: undefined }),
    startCluster: () => ({ value: undefined }),
    removeCluster: () => ({
      problem: { code: "cluster-last", title: "alpha is the last cluster of prod", status: 409, hint: "add another" },
    }),
  });
  const folder = await serviceFolder(t, { kubeconfig: "apiVersion: v1\n" });
  const ended = await run(
    server,
    ["cluster", "add", "gamma", "--kubeconfig", "kubeconfig", "--context", "c", "--env", "prod"],
    { folder },
  );
  assert.deepEqual([ended.code, ended.out], [0, "✓ gamma is a cluster of prod, Kubernetes v1.36.3-fairway\n"]);
  assert.deepEqual(added, [{ name: "gamma", environment: "prod", kubeconfig: "apiVersion: v1\n", context: "c" }]);
  const environment = { KUBECONFIG: "kubeconfig" };
  await run(server, ["cluster", "add", "delta", "--env", "prod"], { folder, environment });
  assert.deepEqual(added[1], { name: "delta", environment: "prod", kubeconfig: "apiVersion: v1\n" }, "as kubectl does");
  const account = await run(server, ["cluster", "add", "delta", "--account", "--env", "prod"], { folder, environment });
  assert.deepEqual([account.code, added.length], [1, 2], "nothing is registered when the account cannot be made");
  assert.match(
    account.err,
    /Fairway's account cannot be made in delta: the kubeconfig has no current context.*--context/s,
  );
  const missing = await run(server, ["cluster", "add", "gamma", "--kubeconfig", "nowhere"], { folder });
  assert.equal(missing.code, 2);
  assert.match(
    (await run(server, ["cluster", "stop", "beta"])).out,
    /beta is stopped\. Start it again: fairway cluster start beta/,
  );
  assert.match((await run(server, ["cluster", "start", "beta"])).out, /beta starts/);
  const used = await run(server, ["cluster", "remove", "alpha", "--yes"]);
  assert.deepEqual([used.code, used.err], [1, "alpha is the last cluster of prod.\n  do       add another\n"]);
});

test("a name that cannot be: what it must be, and a usage error", async (t) => {
  const issues = [{ code: "invalid-format", message: "must be lower-case letters", field: "name" }];
  const server = await platform(t, {
    addCluster: () => ({ problem: { code: "body-not-valid", title: "The body is not valid", status: 400, issues } }),
    stopCluster: () => ({ problem: { code: "cluster-not-embedded", title: "gamma is not embedded", status: 409 } }),
    startCluster: () => ({
      problem: { code: "not-found", title: "Not found", detail: "there is no cluster gamma", status: 404 },
    }),
  });
  const folder = await serviceFolder(t, { kubeconfig: "apiVersion: v1\n" });
  const wrong = await run(server, ["cluster", "add", "gamma", "--kubeconfig", "kubeconfig"], { folder });
  assert.deepEqual([wrong.code, wrong.err], [2, "This is not valid:\n  name  must be lower-case letters\n"]);
  assert.equal((await run(server, ["cluster", "stop", "gamma"])).err, "gamma is not embedded.\n");
  assert.equal((await run(server, ["cluster", "start", "gamma"])).err, "There is no cluster gamma.\n");
});

test("kubeconfig goes to standard output, or to a file that only its owner reads", async (t) => {
  const server = await platform(t, { clusterKubeconfig: () => ({ value: "apiVersion: v1\nkind: Config\n" }) });
  assert.equal((await run(server, ["kubeconfig", "alpha"])).out, "apiVersion: v1\nkind: Config\n");
  const folder = await serviceFolder(t, {});
  const ended = await run(server, ["kubeconfig", "alpha", "-o", "alpha.yaml"], { folder });
  assert.match(ended.out, /kubectl --kubeconfig alpha\.yaml get pods -A/);
  assert.equal(statSync(join(folder, "alpha.yaml")).mode & 0o777, 0o600);
});

test("open prints an address that signs in, and opens it on a terminal", async (t) => {
  const server = await platform(t, {
    createSignInCode: () => ({ value: { code: "c0de", expiresAt: new Date().toISOString() } }),
  });
  const address = `${server.url}/sign-in#c0de`;
  const terminal = await run(server, ["open"], { terminal: true });
  assert.deepEqual([terminal.out, terminal.shell.opened], [`${address}\n`, [address]]);
  const printed = await run(server, ["open", "--print"], { terminal: true });
  assert.deepEqual([printed.out, printed.shell.opened], [`${address}\n`, []]);
  assert.deepEqual((await run(server, ["open"])).shell.opened, []);
});

test("login tries the token, keeps it where only its owner reads, and later commands use it", async (t) => {
  const server = await platform(t, { account: () => ({ value: { actor: "admin", permissions: [] } }) });
  const home = await serviceFolder(t, {});
  const environment = { FAIRWAY_URL: "", FAIRWAY_TOKEN: "", XDG_CONFIG_HOME: home };
  const wrong = await run(server, ["login", server.url], { environment, stdin: "wrong\n" });
  assert.equal(wrong.code, 1);
  assert.equal((await run(server, ["services"], { environment })).code, 1);

  const ended = await run(server, ["login", server.url], { environment, terminal: true, answer: `${server.token}\n` });
  assert.deepEqual(
    [ended.code, ended.out],
    [0, `✓ ${server.url} knows you as admin. Kept in ${home}/fairway/context.json\n`],
  );
  const context = JSON.parse(readFileSync(join(home, "fairway/context.json"), "utf8"));
  assert.equal(context.url, server.url);
  assert.equal(statSync(context.tokenFile).mode & 0o777, 0o600);
  assert.equal((await run(server, ["services"], { environment })).code, 0);
});

test("a broken context file and an address without a token are told", async (t) => {
  const server = await platform(t);
  const home = await serviceFolder(t, {});
  const { mkdirSync, writeFileSync } = await import("node:fs");
  mkdirSync(join(home, "fairway"));
  writeFileSync(join(home, "fairway/context.json"), "{");
  const broken = await run(server, ["services"], {
    environment: { FAIRWAY_URL: "", FAIRWAY_TOKEN: "", XDG_CONFIG_HOME: home },
  });
  assert.match(broken.err, /context\.json is not a context file/);
  const noToken = await run(server, ["services"], {
    environment: { FAIRWAY_TOKEN: "", XDG_CONFIG_HOME: "/nonexistent" },
  });
  assert.deepEqual([noToken.code, noToken.err.split("\n")[0]], [2, "FAIRWAY_URL is set, but no FAIRWAY_TOKEN for it"]);
});
