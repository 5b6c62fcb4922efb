import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinProfile, parseAppToml, specFor } from "@fairway/spec";
import type { Finding } from "../finding.ts";
import { missingVariable, watchedFindings, withWatched } from "./watched-findings.ts";
import type { WatchedRun } from "./watched-run.ts";

const fine: WatchedRun = {
  command: ["node", "."],
  port: 4001,
  patience: 1000,
  ended: undefined,
  listening: 50,
  sockets: [{ address: "::", port: 4001 }],
  health: [],
  written: [],
  openElsewhere: [],
  connections: [],
  memory: 2 ** 20,
  output: [],
  stop: { milliseconds: 10, bySignal: false, request: "answered", leftBehind: false },
};

function told(run: Partial<WatchedRun>, appToml = ""): readonly Finding[] {
  const parsed = parseAppToml(`name = "x"\n${appToml}`);
  assert.ok(parsed.ok);
  return watchedFindings({ ...fine, ...run }, { spec: specFor(parsed.value, "prod"), profile: builtinProfile });
}

test("the variable that a program misses, in the words of many runtimes", () => {
  const said: readonly (readonly [string, string | undefined])[] = [
    ["Error: DATABASE_URL is not set", "DATABASE_URL"],
    ["boom: no DATABASE_URL", "DATABASE_URL"],
    ["KeyError: 'SESSION_SECRET'", "SESSION_SECRET"],
    ["panic: missing environment variable API_TOKEN", "API_TOKEN"],
    ["Missing required env var: STRIPE_KEY", "STRIPE_KEY"],
    ['env var "REDIS_URL" must be provided', "REDIS_URL"],
    ["PHP Fatal error: Uncaught RuntimeException: set $APP_KEY", "APP_KEY"],
    ["Error: listen EADDRINUSE: address already in use :::3000", undefined],
    ["Error: connect ECONNREFUSED 127.0.0.1:5432", undefined],
    ["  code: 'ERR_MODULE_NOT_FOUND'", undefined],
    ["Cannot find module 'express'", undefined],
  ];
  for (const [line, expected] of said) assert.equal(missingVariable(["before", line, ""]), expected, line);
});

test("each thing that a run may show", () => {
  const rules = (run: Partial<WatchedRun>, appToml?: string) =>
    told(run, appToml).map(({ rule, severity }) => `${severity} ${rule}`);
  assert.deepEqual(rules({}), []);
  assert.deepEqual(rules({ listening: undefined, sockets: [] }), ["must does-not-listen"]);
  assert.deepEqual(rules({ listening: undefined, sockets: undefined }), ["must does-not-listen"]);
  assert.deepEqual(rules({ listening: undefined, sockets: [{ address: "::", port: 3000 }] }), ["must fixed-port"]);
  assert.deepEqual(rules({ sockets: [{ address: "127.0.0.1", port: 4001 }] }), ["must loopback-only"]);
  assert.deepEqual(rules({ openElsewhere: ["/var/log/x.log"], written: ["a.db"] }), [
    "must logs-to-files",
    "must local-state",
  ]);
  assert.deepEqual(rules({ memory: 200 * 2 ** 20 }), ["should memory-over-size"]);
  assert.deepEqual(rules({ memory: 300 * 2 ** 20 }), ["must memory-over-size"]);
  assert.deepEqual(rules({ memory: 300 * 2 ** 20 }, 'engine.size = "medium"'), []);
  assert.deepEqual(rules({ health: [{ check: "live", path: "/l", status: undefined }] }), ["must health-path-fails"]);
  const stop = { milliseconds: 10, bySignal: false, request: "answered", leftBehind: true } as const;
  assert.deepEqual(rules({ stop }), ["should leaves-processes"]);
  const cut = { ...stop, request: "cut", leftBehind: false } as const;
  assert.deepEqual(rules({ stop: cut }), ["should requests-cut"]);
  assert.deepEqual(rules({ stop: cut }, 'engine.name = "golang"'), []);
  const many = told({ written: ["a", "b", "c", "d", "e", "f", "g"] })[0];
  assert.equal(many?.message, "wrote a, b, c, d, e and 2 more");
});

test("reading and watching together: a suspicion is taken back, one that is proven weighs more and keeps its place", () => {
  const place = { file: "server.js", line: 3, column: 1 };
  const read = (rule: string): Finding => ({ rule, severity: "should", message: "read", why: "", advice: "", place });
  const suspicions = ["fixed-port", "signals-not-handled", "no-owner"].map(read);
  assert.deepEqual(
    withWatched(suspicions, fine, []).map(({ rule }) => rule),
    ["no-owner"],
  );
  const run = { ...fine, listening: undefined, sockets: [{ address: "::", port: 3000 }] };
  const both = withWatched([read("fixed-port")], run, told(run));
  assert.deepEqual(
    both.map(({ rule, severity, place: where, message }) => [rule, severity, where, message]),
    [["fixed-port", "must", place, "listens on 3000, and not on $PORT"]],
  );
});
