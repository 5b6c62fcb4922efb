import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { PreviewEvent, Profile } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { serviceFolder } from "../testing/run-cli.ts";

const second: Profile = {
  version: 2,
  text: '[labels]\nteam = "{owner}"\n',
  actor: "admin",
  createdAt: "2026-01-01T00:00:00Z",
};
const limits = { change: "Deployment limits.cpu 400m -> 800m", clusters: ["alpha"] };
const label = { change: "label team added: users", clusters: ["alpha", "beta"] };
const service = (name: string, more: Partial<Extract<PreviewEvent, { type: "service" }>>): PreviewEvent => ({
  ...{ type: "service", environment: "prod", service: name, release: "7c41e0b8a402", outcome: "changed" },
  ...{ changes: [], restarts: [] },
  ...more,
});
const events: readonly PreviewEvent[] = [
  { type: "progress", done: 0, total: 14 },
  ...Array.from({ length: 10 }, (_, index) =>
    service(`shop-${index}`, { changes: [limits, label], restarts: ["alpha"] }),
  ),
  service("quiet", { changes: [label] }),
  service("lonely", {
    outcome: "refused",
    reason: "lonely breaks the platform's rules for prod: two of everything (rule two)",
    issues: [{ code: "rule-broken", message: "two of everything (rule two)", line: 2, column: 12 }],
  }),
  service("old", { outcome: "unknown", reason: "it was deployed by an older version: deploy it once to see" }),
  {
    ...{ type: "end", services: 14, unchanged: 1, changed: 11, refused: 1, unknown: 1, restarting: 10 },
  },
];

interface Run {
  readonly files?: Readonly<Record<string, string>>;
  readonly handlers?: Parameters<typeof fakeServer>[1];
  /** Of a person at a terminal; without, nobody is there. */
  readonly answer?: string;
}

async function run(t: TestContext, args: readonly string[], { files = {}, handlers = {}, answer }: Run = {}) {
  const server = await fakeServer(t, {
    getProfile: () => ({ value: second }),
    previewProfile: () => ({ events: events.map((data, index) => ({ id: String(index), data })), end: "end" }),
    ...handlers,
  });
  const shell = fakeShell({
    environment: { NO_COLOR: "1", ...server.environment },
    folder: await serviceFolder(t, files),
    ...(answer === undefined ? {} : { answer, terminal: true }),
  });
  const code = await runProgram(args, shell, "0.0.0");
  return { code, out: shell.written.out, err: shell.written.err, calls: server.calls };
}

test("fairway profile: the text alone, so that it can go into a file; the version beside it", async (t) => {
  const shown = await run(t, ["profile"]);
  assert.deepEqual([shown.code, shown.out], [0, second.text]);
  assert.match(shown.err, /^Version 2 by admin, .* ago\.\n$/);
  const builtin = await run(t, ["profile"], {
    handlers: { getProfile: () => ({ value: { version: 0, text: "# x" } }) },
  });
  assert.deepEqual([builtin.out, builtin.err], ["# x\n", "The built-in profile holds.\n"]);
  assert.deepEqual(JSON.parse((await run(t, ["profile", "--json"])).out), second);
});

test("fairway help profile: every field", async (t) => {
  const { code, out } = await run(t, ["help", "profile"]);
  assert.equal(code, 0);
  for (const field of ["sizes.small.cpu", "public.gateway", "rules.one_of", "envs", "history"]) {
    assert.ok(out.includes(field), field);
  }
});

test("fairway profile check: offline, every problem with its place", async (t) => {
  const files = {
    "good.toml":
      '[envs.prod]\nsecurity = "baseline"\n[[rules]]\nname = "o"\nfield = "owner"\npresent = true\nmessage = "m"',
    "bad.toml": "[limit]\ncpu = 4\n",
  };
  const good = await run(t, ["profile", "check", "good.toml"], { files });
  assert.deepEqual([good.code, good.out], [0, "✓ good.toml is valid: 1 rule, settings of their own for prod\n"]);
  const bad = await run(t, ["profile", "check", "bad.toml"], { files });
  assert.equal(bad.code, 2);
  assert.match(bad.err, /^bad\.toml:1:2 {2}unknown key "limit"/);
  assert.match(bad.err, /did you mean "limits"\?/);
  assert.match(bad.err, /1 problem\. Every field: fairway help profile\n$/);
  const json = JSON.parse((await run(t, ["profile", "check", "bad.toml", "--json"], { files })).out);
  assert.deepEqual([json.code, json.issues[0].line], ["profile-not-valid", 1]);
  const none = await run(t, ["profile", "check", "none.toml"]);
  assert.match(none.err, /There is no file none\.toml\.\n {2}do {7}begin with the profile that holds/);
  assert.deepEqual(none.calls, []);
});

test("fairway profile preview: refusals first, the same change once, all within 80 columns", async (t) => {
  const files = { "profile.toml": "" };
  const shown = await run(t, ["profile", "preview", "profile.toml"], { files });
  assert.equal(shown.code, 0, shown.err);
  assertGolden("profile/preview.txt", shown.out);
  for (const line of shown.out.split("\n")) assert.ok(line.length <= 80, line);
  const full = await run(t, ["profile", "preview", "profile.toml", "--full"], { files });
  assert.match(full.out, /shop-9/);
  const lines = (await run(t, ["profile", "preview", "profile.toml", "--json"], { files })).out.trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    events,
  );
  const all = await run(t, ["render", "--all", "--diff", "--profile", "profile.toml"], { files });
  assert.equal(all.out, shown.out);
  const half = await run(t, ["render", "--all"], { files });
  assert.equal(half.code, 2);
  assert.match(half.err, /--all and --diff go together/);
});

test("fairway profile set: shows, asks, and sets behind the version that it looked at", async (t) => {
  const files = { "profile.toml": "# new\n", "same.toml": second.text };
  const asked: unknown[] = [];
  const handlers: Run["handlers"] = {
    putProfile: ({ body }) => {
      asked.push(body);
      return { value: { ...second, version: 3 } };
    },
  };
  const no = await run(t, ["profile", "set", "profile.toml"], { files, handlers, answer: "n" });
  assert.deepEqual([no.code, asked], [2, []]);
  const yes = await run(t, ["profile", "set", "profile.toml"], { files, handlers, answer: "y" });
  assert.equal(yes.code, 0, yes.err);
  assert.match(yes.out, /14 services: 1 could not be released any more, 11 would change/);
  assert.match(yes.out, /✓ version 3 of the profile holds\n {2}Bring it to the services: fairway fleet start\n$/);
  assert.deepEqual(asked, [{ text: "# new\n", after: 2 }]);
  const nobody = await run(t, ["profile", "set", "profile.toml"], { files, handlers });
  assert.match(nobody.err, /Nobody can be asked here; nothing was set\.\n {2}do {7}add --yes/);
  assert.equal((await run(t, ["profile", "set", "profile.toml", "--json"], { files, handlers })).code, 2);
  const json = await run(t, ["profile", "set", "profile.toml", "--json", "--yes"], { files, handlers });
  assert.deepEqual(JSON.parse(json.out), { version: 3, changed: true });
  const same = await run(t, ["profile", "set", "same.toml"], { files, handlers });
  assert.deepEqual([same.code, same.out], [0, "same.toml holds already: version 2.\n"]);
});

test("fairway profile history: versions, and one of them", async (t) => {
  const handlers: Run["handlers"] = {
    listProfileVersions: () => ({ value: { items: [second, { ...second, version: 1, actor: "somebody" }] } }),
    getProfileVersion: ({ params }) => ({ value: { ...second, version: Number(params["version"]) } }),
  };
  assert.match((await run(t, ["profile", "history"], { handlers })).out, /VERSION +SET +BY\n2 .*admin\n1 .*somebody\n/);
  assert.equal((await run(t, ["profile", "history", "1"], { handlers })).out, second.text);
  assert.equal((await run(t, ["profile", "history", "x"], { handlers })).code, 2);
});
