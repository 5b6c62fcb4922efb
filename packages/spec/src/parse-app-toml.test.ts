import assert from "node:assert/strict";
import { test } from "node:test";
import { type AppToml, type Issue, parseAppToml, specFor } from "./index.ts";

function parsed(text: string): AppToml {
  const result = parseAppToml(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}
function issuesOf(text: string, environments: readonly string[] = []): readonly Issue[] {
  const result = parseAppToml(text, { environments });
  assert.ok(!result.ok, "accepted");
  return result.issues;
}
/** Each issue as one line: `line:column+length code: message (hint)`. */
function lines(text: string, environments?: readonly string[]): readonly string[] {
  return issuesOf(text, environments).map(
    ({ line, column, length, code, message, hint }) => `${line}:${column}+${length} ${code}: ${message} (${hint})`,
  );
}

test("the shape that the field already knows parses as it is", () => {
  const app = parsed(`
name = "user"
description = "process user info"
kind = "business"
replicas = 1

[engine]
name = "golang"
version = "1.14"
size = "small"

[[dependencies]]
name = "data-bus"

[envs.prod]
replicas = 70
`);
  assert.equal(specFor(app, "prod").replicas, 70);
  assert.equal(specFor(app, "staging").replicas, 1);
  assert.deepEqual(specFor(app, "prod").engine, { name: "golang", version: "1.14", size: "small" });
  assert.deepEqual(specFor(app, "prod").dependencies, [{ name: "data-bus" }]);
});

test("a name is enough: everything else has a default", () => {
  assert.deepEqual(specFor(parsed('name = "user"'), "prod"), {
    name: "user",
    description: "",
    kind: "business",
    owner: undefined,
    oncall: undefined,
    links: [],
    replicas: 1,
    engine: { name: "node", version: undefined, size: "small" },
    build: { command: undefined, base: undefined, image: undefined, exclude: [] },
    run: { command: undefined, args: [], port: 8080, grace: 30 },
    health: { live: undefined, ready: undefined, startup: undefined },
    metrics: undefined,
    dependencies: [],
    storages: [],
    events: [],
    crons: [],
    migrations: undefined,
    env: {},
    secrets: { required: [] },
    public: [],
    deploy: {
      strategy: "rolling",
      steps: [],
      switch: undefined,
      waves: [],
      bake: undefined,
      analysis: [],
      timeout: undefined,
    },
    resources: { cpu: undefined, memory: undefined, netutil: undefined, limits: { cpu: undefined, memory: undefined } },
    memory: { stagger: undefined },
    slo: undefined,
    kubernetes: { patches: [] },
  });
});

test("environments: tables merge key by key, variables merge, lists and values of another type replace", () => {
  const app = parsed(`
name = "user"
owner = "accounts"
[run]
command = ["node", "a.js"]
grace = 5
[health]
live = "/live"
ready = { path = "/ready", period = 7 }
[[dependencies]]
name = "one"
[[dependencies]]
name = "two"
[env]
A = "base"
B = "base"
[envs.prod]
owner = "core"
run.command = "node b.js"
dependencies = [{ name = "three" }]
[envs.prod.health]
live = { period = 30 }
ready = "/other"
[envs.prod.env]
B = "prod"
`);
  const { owner, run, health, dependencies, env } = specFor(app, "prod");
  assert.equal(owner, "core");
  assert.deepEqual(run, { command: ["node", "b.js"], args: [], port: 8080, grace: 5 });
  assert.deepEqual(health.live, { path: "/live", period: 30, timeout: 2, threshold: 3 });
  assert.deepEqual(health.ready, { path: "/other", period: 7, timeout: 2, threshold: 3 });
  assert.deepEqual(dependencies, [{ name: "three" }]);
  assert.deepEqual(env, { A: "base", B: "prod" });
  assert.deepEqual(specFor(app, "staging").env, { A: "base", B: "base" });
});

test("variables are text; numbers and booleans become the text that was written", () => {
  const app = parsed(
    'name = "user"\n[env]\nA = 1.50\nB = 1_000\nC = true\nD = 0xff\nE = "x\\ny"\nF = 9007199254740993',
  );
  assert.deepEqual(app.base.env, { A: "1.50", B: "1000", C: "true", D: "255", E: "x\ny", F: "9007199254740993" });
});

test("images: a base for what is built, a ready one instead, which is an engine of its own", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const app = parsed(`
name = "user"
[envs.prod.build]
image = "registry.example.com:5000/team/app:1.2@${digest}"
[envs.staging.build]
base = "node:24-slim"
`);
  assert.equal(specFor(app, "prod").build.image, `registry.example.com:5000/team/app:1.2@${digest}`);
  assert.equal(specFor(app, "prod").engine.name, "image");
  assert.deepEqual([specFor(app, "staging").build.base, specFor(app, "staging").engine.name], ["node:24-slim", "node"]);
  for (const reference of ["localhost:5000/a", "a__b/c-d--e.f:T_1.x", `quay.io/x@${digest}`])
    assert.equal(parsed(`name = "x"\nbuild.image = "${reference}"`).base.build.image, reference);
});

test("a command line is split into words as a shell would", () => {
  const command = (toml: string) => parsed(`name = "user"\n[run]\ncommand = ${toml}`).base.run.command;
  assert.deepEqual(command(`'node --title "a b" server.js'`), ["node", "--title", "a b", "server.js"]);
  assert.deepEqual(command(`"""node 'a $b' c\\\\ d --x=1"""`), ["node", "a $b", "c d", "--x=1"]);
  assert.deepEqual(command('["sh", "-c", "a | b"]'), ["sh", "-c", "a | b"]);
});

const refused: readonly [name: string, text: string, expected: readonly string[], environments?: readonly string[]][] =
  [
    ["nothing", "", ['1:1+1 missing: "name" is missing (add a line: name = "user")']],
    [
      "an unknown key",
      'name = "user"\nreplica = 2',
      ['2:1+7 unknown-key: unknown key "replica" (did you mean "replicas"?)'],
    ],
    [
      "a misspelled name is reported once",
      'nmae = "user"',
      ['1:1+4 unknown-key: unknown key "nmae" (did you mean "name"?)'],
    ],
    [
      "a key that nothing resembles",
      'name = "user"\n[build]\nzzzzzzzz = 1',
      ['3:1+8 unknown-key: unknown key "zzzzzzzz" in [build] (known here: command, base, image, exclude)'],
    ],
    [
      "a key under the wrong table",
      'name = "user"\n[engine]\nreplicas = 2',
      [
        '3:1+8 unknown-key: unknown key "replicas" in [engine] ("replicas" belongs at the top, before the first [table])',
      ],
    ],
    [
      "a key that belongs into a table",
      'name = "user"\ngrace = 2',
      ['2:1+5 unknown-key: unknown key "grace" ("grace" belongs in [run])'],
    ],
    [
      "several issues at once, in the file's order",
      'name = "User"\nreplicas = "2"\n[engine]\nsize = "big"\n[run]\ngrace = -1',
      [
        '1:8+6 bad-value: name must be lower-case letters, digits and "-", beginning with a letter, at most 40 characters, found the text "User" (for example: name = "user")',
        '2:12+3 wrong-type: replicas must be a whole number from 0 to 1000, or a table with min, max, cpu, found the text "2" (write it without quotes: replicas = 2)',
        '4:8+5 bad-value: engine.size must be one of small, medium, large, xlarge, found the text "big" (for example: size = "small")',
        '6:9+2 bad-value: run.grace must be a duration such as "30s", or a number of seconds, from 0s to 1h, found the number -1 (for example: grace = "30s")',
      ],
    ],
    [
      "a number that should be text",
      'name = "user"\nengine.version = 1.14',
      [
        '2:18+4 wrong-type: engine.version must be a version in quotes, such as "24" or "1.26", found the number 1.14 (write it in quotes: version = "1.14")',
      ],
    ],
    [
      "a nearly right choice",
      'name = "user"\nkind = "Busines"',
      [
        '2:8+9 bad-value: kind must be one of business, infrastructure, frontend, job, found the text "Busines" (did you mean "business"?)',
      ],
    ],
    [
      "a table instead of a list of tables",
      'name = "user"\n[dependencies]\nname = "x"',
      [
        "2:2+12 wrong-type: dependencies must be a list of tables, found a table (write two pairs of brackets: [[dependencies]])",
      ],
    ],
    [
      "a value instead of a table",
      'name = "user"\nengine = "node"\nenv = 3',
      [
        '2:10+6 wrong-type: engine must be a table, found the text "node" (write it as a table: engine = { name = "node" })',
        '3:7+1 wrong-type: env must be a table, found the number 3 (write it as a table: env = { LOG_LEVEL = "info" })',
      ],
    ],
    [
      "a key that belongs into one of two tables",
      'name = "user"\ncommand = "node ."',
      ['2:1+7 unknown-key: unknown key "command" ("command" belongs in [build], [run] or [migrations])'],
    ],
    [
      "a list of tables instead of a table",
      'name = "user"\n[[run]]\ngrace = 3',
      ["2:3+3 wrong-type: run must be a table, found a list (write one pair of brackets: [run])"],
    ],
    [
      "a dependency on itself, one that is listed twice, one without a name",
      'name = "user"\n[[dependencies]]\nname = "user"\n[[dependencies]]\nname = "a"\n[[dependencies]]\nname = "a"\n[[dependencies]]',
      [
        '3:8+6 dependency-on-itself: "user" depends on itself (take it out; a service reaches itself on $PORT)',
        '7:8+3 duplicate: the dependency "a" is listed twice (keep one of the two)',
        '8:3+12 missing: "name" is missing in [[dependencies]] (add a line: name = "data-bus")',
      ],
    ],
    [
      "variables of the platform and impossible names",
      'name = "user"\n[env]\nPORT = 1\nSERVICE_A_URL = ""\nFAIRWAY_X = ""\n"a b" = ""',
      [
        '3:1+4 reserved-env-name: the variable "PORT" belongs to the platform (the platform sets it; [run] port changes it on Kubernetes)',
        '4:1+13 reserved-env-name: the variable "SERVICE_A_URL" belongs to the platform (declare the service under [[dependencies]], or take another name)',
        '5:1+9 reserved-env-name: the variable "FAIRWAY_X" belongs to the platform (take another name)',
        '6:1+5 bad-value: "a b" is not a variable\'s name: letters, digits and "_", not beginning with a digit, at most 128 characters (for example: LOG_LEVEL = "info")',
      ],
    ],
    [
      "a variable that is no text",
      'name = "user"\nenv.A = [1]',
      [
        '2:9+3 wrong-type: env.A must be text, a number or a boolean, at most 100000 characters, found a list (for example: LOG_LEVEL = "info")',
      ],
    ],
    [
      "a NUL, which no process can be given",
      'name = "user"\nenv.A = "a\\u0000b"\nrun.args = ["\\u0000"]',
      [
        '2:9+10 bad-value: env.A must be text, a number or a boolean, at most 100000 characters, found the text "a\\u0000b" (for example: LOG_LEVEL = "info")',
        '3:13+8 bad-value: run.args must be text, found the text "\\u0000" (for example: command = ["node", "server.js"])',
      ],
    ],
    [
      "an engine of later versions",
      'name = "user"\nengine.name = "static"',
      [
        '2:15+8 not-supported-yet: the engine "static" is not supported yet (supported: golang, php, python, node, image)',
      ],
    ],
    [
      "a ready image together with what would be built",
      'name = "user"\n[engine]\nname = "node"\n[build]\nimage = "app:1"\nbase = "b"\nexclude = []\n[envs.prod]\nbuild.command = "x"',
      [
        '3:8+6 not-together: the engine "node" and "image" in [build] cannot stand together (take the engine\'s name out: a ready image brings its own)',
        '5:1+5 not-together: "image" and "base" cannot stand together in [build] (a ready image is not built: take "image" or "base" out)',
        '5:1+5 not-together: "image" and "exclude" cannot stand together in [build] (a ready image is not built: take "image" or "exclude" out)',
        '5:1+5 not-together: "image" and "command" cannot stand together in [build], with [envs.prod] (a ready image is not built: take "image" or "command" out)',
      ],
    ],
    [
      "the engine of ready images without one",
      'name = "user"\nengine.name = "image"',
      [
        '2:15+7 missing: the engine "image" needs an image under [build] (for example, under [build]: image = "registry.example.com/team/app:1.2")',
      ],
    ],
    [
      "what is no reference of an image",
      'name = "user"\nbuild.image = "https://a.b/c"\nenvs.prod.build.image = "a/B@sha256:12"',
      [
        '2:15+15 bad-value: build.image must be an image reference in quotes, such as "registry.example.com/team/app:1.2", found the text "https://a.b/c" (for example: image = "registry.example.com/team/app:1.2")',
        '3:25+15 bad-value: envs.prod.build.image must be an image reference in quotes, such as "registry.example.com/team/app:1.2", found the text "a/B@sha256:12" (for example: image = "registry.example.com/team/app:1.2")',
      ],
    ],
    [
      "what only a shell can do",
      'name = "user"\nrun.command = "npm run x && node ."',
      [
        '2:15+21 bad-value: the command has "&&", which only a shell understands (to run it in a shell: command = ["sh", "-c", "npm run x && node ."])',
      ],
    ],
    [
      "an engine that has no usual command",
      'name = "user"\nengine.name = "python"',
      [
        '2:15+8 missing: the engine "python" needs a command under [run] (for example, under [run]: command = ["python3", "main.py"])',
      ],
    ],
    [
      "a check without a path, after the environment's part is merged",
      'name = "user"\n[envs.prod.health.live]\nperiod = 5',
      ['2:2+21 missing: "path" is missing in [health.live] (add a line: path = "/health")'],
    ],
    [
      "name and kind in an environment",
      'name = "user"\n[envs.prod]\nname = "x"\nkind = "job"\nreplica = 1',
      [
        '3:1+4 not-overridable: "name" cannot differ between environments (set name once, at the top of the file)',
        '4:1+4 not-overridable: "kind" cannot differ between environments (set kind once, at the top of the file)',
        '5:1+7 unknown-key: unknown key "replica" in [envs.prod] (did you mean "replicas"?)',
      ],
    ],
    [
      "objectives without any, and as a fraction",
      'name = "a"\n[slo]\nwindow = 7\n[envs.prod.slo]\navailability = 0.999',
      [
        "5:16+5 bad-value: envs.prod.slo.availability must be a number from 50 to 99.999, found the number 0.999 (for example: availability = 99.9)",
      ],
    ],
    [
      "too many of something",
      `name = "a"\nlinks = [${'{ title = "a", url = "http://a" },'.repeat(51)}]`,
      ["2:9+1736 too-many: links has 51 items (at most 50 may stand here)"],
    ],
    [
      "the hint is the whole way: of quotes that would not be enough, and of tables with several lines",
      'name = "a"\nresources = { cpu = 2, memory = 512 }\nsecrets = ["A"]\n[envs.prod]\ncrons = 2',
      [
        '2:21+1 wrong-type: resources.cpu must be a quantity in quotes, such as "250m" or "2", found the number 2 (write it in quotes: cpu = "2")',
        '2:33+3 wrong-type: resources.memory must be a quantity in quotes, such as "256Mi" or "1Gi", found the number 512 (this is 512 bytes, the least is 1Mi; did you mean 512Mi?)',
        '3:11+5 wrong-type: secrets must be a table, found a list (for example, under [secrets]: required = ["DB_PASSWORD"])',
        '5:9+1 wrong-type: envs.prod.crons must be a list of tables, found the number 2 (for example, under [[crons]]: name = "nightly", schedule = "0 3 * * *", command = "node nightly.js")',
      ],
    ],
    [
      "half of a range over a number",
      'name = "a"\nreplicas = 3\n[envs.prod.replicas]\nmax = 2',
      ['3:2+18 missing: "min" is missing in [replicas] (add a line: min = 2)'],
    ],
    [
      "an environment that is nearly one of those that exist",
      'name = "user"\n[envs.prdo]\n[envs.elsewhere]',
      ['2:7+4 unknown-environment: there is no environment "prdo" (did you mean "prod"?)'],
      ["prod", "staging"],
    ],
    [
      "a key that means something to objects",
      'name = "user"\n[env]\n__proto__ = "x"',
      ['3:1+9 unknown-key: unknown key "__proto__" (take another name)'],
    ],
  ];
for (const [name, text, expected, environments] of refused) {
  test(`refused: ${name}`, () => assert.deepEqual(lines(text, environments), expected));
}

const broken: readonly [text: string, expected: string][] = [
  ["name = user service # x", '1:8+12 syntax: text must stand in quotes (write it as "user service")'],
  ["name: user", '1:5+1 syntax: this character cannot stand here (write a "=" between key and value)'],
  ['name = "user', "1:13+1 syntax: this text has no closing quote (close it on the same line)"],
  ['name = "user"\r\nowner =\r\n', '2:8+1 syntax: the value after "=" is missing (for example: name = "user")'],
  ['name = "a"\nname = "b"', "2:1+4 syntax: this is set a second time (keep one of the two)"],
  ["name = \u201Cuser\u201D", "1:8+1 syntax: this character cannot stand here (use the plain quotes \" or ')"],
  ['[build\ncommand = "x"', "1:1+6 syntax: this table header has no closing bracket (for example: [run])"],
  ["[run", "1:5+1 syntax: this table header has no closing bracket (for example: [run])"],
];
for (const [text, expected] of broken) {
  test(`broken: ${JSON.stringify(text)}`, () => assert.deepEqual(lines(text), [expected]));
}

test("contract copies of what is no dependency; of one that only an environment declares they are right", () => {
  const codes = (text: string, contracts: readonly string[]) => {
    const result = parseAppToml(text, { contracts });
    return result.ok || result.issues.map(({ line, message, hint }) => `${line} ${message} (${hint})`);
  };
  assert.deepEqual(codes('name = "a"\n[[dependencies]]\nname = "pays"', ["pay.brief", "notes.md", "\u001B.brief"]), [
    '2 rpc/pay.brief is the contract of a service that is no dependency (rename it to that of "pays", or declare "pay")',
    '2 rpc/\\u001b.brief is the contract of a service that is no dependency (declare it: [[dependencies]] name = "\\u001b"; or delete the file)',
  ]);
  assert.equal(codes('name = "a"\n[envs.prod]\ndependencies = [{ name = "pay" }]', ["pay.brief"]), true);
});

test("a check is turned off by false, also in one environment, and a path turns it on again", () => {
  const app = parsed(
    'name = "a"\n[health]\nlive = "/l"\nready = false\n[envs.prod.health]\nlive = false\nready = "/r"',
  );
  assert.deepEqual([app.base.health.ready, specFor(app, "prod").health.live], [false, false]);
  assert.equal(typeof app.base.health.live === "object" && app.base.health.live.path, "/l");
  const { ready } = specFor(app, "prod").health;
  assert.equal(typeof ready === "object" && ready.path, "/r");
});

test("a name that is not to be had", () => {
  const parsed = parseAppToml('name = "default"', { isReserved: (name) => name === "default" });
  assert.deepEqual(parsed.ok || parsed.issues.map(({ code, column }) => [code, column]), [["reserved-name", 8]]);
});

test("a byte order mark and Windows line ends are no problem", () => {
  assert.equal(parsed('\uFEFFname = "user"\r\nreplicas = 2\r\n').base.replicas, 2);
  assert.deepEqual(lines('\uFEFFnamo = "user"\r\n'), ['1:1+4 unknown-key: unknown key "namo" (did you mean "name"?)']);
});

for (const [name, text] of [
  ["characters", `name = "user"\n#${"x".repeat(1_048_576)}`],
  ["settings", `name = "user"\nrun.args = [${"1,".repeat(50_000)}]`],
] as const) {
  test(`a file with too many ${name} is refused before it is parsed`, () => {
    assert.deepEqual(
      issuesOf(text).map(({ code }) => code),
      ["too-large"],
    );
  });
}

for (const [name, text] of [
  ["brackets", `a = ${"[".repeat(20_000)}${"]".repeat(20_000)}`],
  ["dots", `a${".a".repeat(10_000)} = 1`],
  ["inline tables", `a = ${"{a = ".repeat(1_000)}1${"}".repeat(1_000)}`],
  ["one endless value", `name = "user"\na = "${"x".repeat(900_000)}"`],
] as const) {
  test(`hostile: ${name}`, () => assert.equal(issuesOf(text)[0]?.code, "too-deep"));
}

test("at most 200 issues of one file are reported", () => {
  const text = Array.from({ length: 1000 }, (_, index) => `k${index} = 1`).join("\n");
  assert.equal(issuesOf(text).length, 200);
});
