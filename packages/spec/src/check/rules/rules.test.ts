import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAppToml } from "../../index.ts";

/** Each issue as one line: `line:column+length code: message (hint)`. */
function lines(text: string): readonly string[] {
  const parsed = parseAppToml(text);
  assert.ok(!parsed.ok, "accepted");
  return parsed.issues.map(
    ({ line, column, length, code, message, hint }) => `${line}:${column}+${length} ${code}: ${message} (${hint})`,
  );
}

const cases: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  [
    "bounds and splits that do not fit, each where it is written",
    'name = "a"\nreplicas = { min = 3, max = 2 }\nmemory.stagger = 2',
    [
      "2:20+1 min-above-max: replicas.min is 3, above max, which is 2 (swap the two, or raise max)",
      '3:8+7 not-together: "stagger" and an autoscaler cannot stand together (give replicas as a number, or set stagger = 1)',
    ],
  ],
  [
    "halves that come from two places: the message names the environment",
    'name = "a"\nreplicas = 3\nmemory.stagger = 3\n[envs.prod]\nreplicas = { min = 3, max = 9 }\n[envs.staging]\nreplicas = 2\n[envs.off]\nreplicas = 0',
    [
      '3:8+7 not-together: "stagger" and an autoscaler cannot stand together, with [envs.prod] (give replicas as a number, or set stagger = 1)',
      "3:18+1 stagger-above-replicas: replicas cannot be split over 3 workloads: there are only 2, with [envs.staging] (raise replicas to 3, or set stagger = 2)",
    ],
  ],
  [
    "an environment's half is marked where it stands",
    'name = "a"\n[run]\nport = 9000\n[env]\nTOKEN = ""\n[envs.prod.secrets]\nrequired = ["TOKEN", "PORT", "TOKEN"]',
    [
      '7:13+7 secret-in-env: "TOKEN" is a secret and a plain variable (take it out of [env] when it is secret, else out of [secrets])',
      '7:22+6 reserved-env-name: the variable "PORT" belongs to the platform (the platform sets it; [run] port changes it on Kubernetes)',
      '7:30+7 duplicate: the secret "TOKEN" is listed twice (keep one of the two)',
      '7:30+7 secret-in-env: "TOKEN" is a secret and a plain variable (take it out of [env] when it is secret, else out of [secrets])',
    ],
  ],
  [
    "an environment in which nothing is missing any more makes up for nothing: the base must be whole",
    'name = "a"\n[public]\ntls = false\n[envs.prod.public]\nhost = "a.example.com"',
    ['2:2+6 missing: "host" is missing in [public] (add a line: host = "shop.example.com")'],
  ],
  [
    "crons: no command, a schedule with a slip, a name that is too long, a line for a shell",
    'name = "a"\n[[crons]]\nname = "a"\nschedule = "0 25 * * *"\n[[crons]]\nname = "c"\nschedule = "@daily"\ncommand = "a | b"',
    [
      '2:3+5 missing: "command" is missing in [[crons]] (add a line: command = "node nightly.js")',
      '4:15+2 bad-value: crons.schedule must be five cron fields such as "0 3 * * *", or @daily, found the text "0 25 * * *" (there is no hour 25 (0 to 23))',
      '8:11+7 bad-value: the command has "|", which only a shell understands (to run it in a shell: command = ["sh", "-c", "a | b"])',
    ],
  ],
  [
    "dependencies outside: what is about HTTP with what is not, an address with a path too much",
    'name = "a"\n[[dependencies]]\nname = "db"\nhosts = ["db"]\ntimeout = "5x"\n[[dependencies]]\nname = "pay"\nexternal = "https://pay.example.com?x=1"',
    [
      '4:10+4 bad-value: dependencies.hosts must be a host with its port, such as "db.example.com:5432", found the text "db" (the port is missing, as in db.example.com:5432)',
      '5:1+7 not-together: "timeout" is about HTTP calls, and "hosts" about what is not HTTP (take "timeout" out, or give the HTTP address as "external")',
      '5:11+4 bad-value: dependencies.timeout must be a duration such as "30ms", or a number of milliseconds, from 1ms to 10m, found the text "5x" (a duration is written "500ms", "30s", "2m" or "1h30m")',
      '8:36+4 bad-value: dependencies.external must be an http:// or https:// address, found the text "https://pay.example.com?x=1" (without what follows the path)',
    ],
  ],
  [
    "public addresses: of a job, twice, with two minds about TLS",
    'name = "a"\nkind = "job"\n[[public]]\nhost = "a.example.com"\n[[public]]\nhost = "a.example.com"\npath = "/"\n[[public]]\nhost = "a.example.com"\npath = "/x"\ntls = false',
    [
      '3:3+6 not-together: the kind "job" and [public] cannot stand together: a job serves no requests (take [public] out, or choose another kind)',
      '6:8+15 duplicate: the address "a.example.com/" is listed twice (keep one of the two)',
      '11:7+5 not-together: the host "a.example.com" stands with tls = true and with tls = false (say the same for all paths of a host)',
    ],
  ],
  [
    "deploys: steps of no canary, weights that fall, clusters that go twice, bounds the wrong way round or none",
    'name = "a"\n[deploy]\nsteps = [{ weight = 50 }, { weight = 5 }]\nwaves = [["a", "b"], ["a"]]\nanalysis = [{ query = "q" }, { query = "q", min = 2, max = 1 }]',
    [
      '3:1+5 not-together: "steps" are those of a canary, and the strategy is "rolling" (add strategy = "canary", or take steps out)',
      "3:38+1 weights-not-rising: the weight 5 does not rise: the step before has 50 (each step gives the new release more)",
      '4:23+3 duplicate: the cluster "a" is listed twice (keep one of the two)',
      '5:1+8 not-together: "analysis" measures steps of a canary and waves that are looked at, and there are none (add strategy = "canary", or waves and bake = "10m", or take analysis out)',
      '5:13+15 missing: "min" or "max" is missing in [[deploy.analysis]] (add the bound that says what is well: max = 0.01)',
      "5:51+1 min-above-max: min is 2, above max, which is 1 (swap the two)",
    ],
  ],
  [
    "deploys: of a wave that is looked at, whatever the strategy, measurements without bounds",
    'name = "a"\n[deploy]\nwaves = [["a"], ["b"]]\nbake = "5m"\nanalysis = [{ query = "q" }]',
    [
      '5:13+15 missing: "min" or "max" is missing in [[deploy.analysis]] (add the bound that says what is well: max = 0.01)',
    ],
  ],
  [
    "deploys: what belongs to another strategy, in each environment that has it so",
    'name = "a"\n[deploy]\nstrategy = "blue-green"\nswitch = "by-hand"\nbake = "10m"\n[envs.prod.deploy]\nstrategy = "canary"\nwaves = [["a"]]\n[envs.staging.deploy]\nstrategy = "rolling"\nswitch = "at-once"\nbake = 0',
    [
      '4:10+9 not-together: "switch" is about blue-green, and the strategy is "canary", with [envs.prod] (add strategy = "blue-green", or take switch out; a canary waits for a person at each step without "hold")',
      '5:1+4 not-together: "bake" is the time between waves, and there are none (add waves = [["alpha"], ["beta"]], or take bake out)',
    ],
  ],
  [
    "events: both directions, none, twice",
    'name = "a"\nevents = [{ produces = "x", consumes = "y" }, { schema = "X" }, { consumes = "z" }, { consumes = "z" }, { consumes = "Z" }]',
    [
      '2:29+8 not-together: "produces" and "consumes" cannot stand together in one of [[events]] (write two tables, [[events]] above each)',
      '2:98+3 duplicate: the event "z" is listed twice (keep one of the two)',
      '2:118+3 bad-value: events.consumes must be an event\'s name in lower case, such as "user.created", at most 200 characters, found the text "Z" (for example: consumes = "order.paid")',
    ],
  ],
  [
    "patches: neither way, both ways, operations with too much and too little, numbers that JSON has not",
    'name = "a"\n[[kubernetes.patches]]\nkind = "Service"\n[[kubernetes.patches]]\nkind = "Service"\nmerge = { spec = { a = inf }, kind = "Pod" }\njson = [{ op = "remove", path = "/a", value = 1 }, { op = "add", path = "/a" }]\n[[kubernetes.patches]]\nkind = "Service"\njson = [{ op = "replace", path = "/metadata/name", value = "x" }]',
    [
      '2:3+18 missing: "merge" or "json" is missing in [[kubernetes.patches]] (add a line: merge = { spec = { revisionHistoryLimit = 2 } })',
      "6:24+3 bad-value: an object cannot hold the number inf (Kubernetes objects are JSON, which has only finite numbers)",
      '6:31+4 patch-of-identity: a patch cannot change "kind": it is what makes an object this one (take it out; a further object stands in kubernetes/*.yaml)',
      '7:1+4 not-together: "merge" and "json" cannot stand together in one of [[kubernetes.patches]] (write two patches, [[kubernetes.patches]] above each)',
      '7:39+5 not-together: the operation "remove" takes no "value" (take it out)',
      '7:59+5 missing: the operation "add" needs "value" (add value = ..., or did you mean "remove"?)',
      '10:34+16 patch-of-identity: a patch cannot change "metadata.name": it is what makes an object this one (take it out; a further object stands in kubernetes/*.yaml)',
    ],
  ],
  [
    "objectives without any",
    'name = "a"\n[slo]\nwindow = 7',
    ['2:2+3 missing: "availability" or "latency" is missing in [slo] (add a line: availability = 99.9)'],
  ],
];
for (const [name, text, expected] of cases) test(name, () => assert.deepEqual(lines(text), expected));

test("what fits is taken", () => {
  for (const text of [
    "replicas = { min = 2, max = 2 }",
    "replicas = 3\nmemory.stagger = 3",
    "replicas = 0\nmemory.stagger = 3",
    "replicas = { min = 1, max = 9 }\nmemory.stagger = 1",
    'dependencies = [{ name = "b", hosts = ["b.c:1"], external = "http://b", timeout = 1 }]',
    'deploy = { strategy = "canary", steps = [{ weight = 1 }, { weight = 100 }] }',
    'public = [{ host = "a.b" }, { host = "a.b", path = "/x" }, { host = "b.b", tls = false }]',
    'kind = "job"\npublic = []',
    'kubernetes.patches = [{ kind = "Service", json = [{ op = "test", path = "/metadata/name", value = "a" }] }]',
  ]) {
    const parsed = parseAppToml(`name = "a"\n${text}`);
    assert.ok(parsed.ok, `${text} ${JSON.stringify(parsed)}`);
  }
});
