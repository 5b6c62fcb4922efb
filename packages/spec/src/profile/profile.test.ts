import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  brokenRules,
  builtinProfile,
  builtinProfileText,
  emptyProfile,
  type Profile,
  parseAppToml,
  parseProfile,
  placesInAppToml,
  type ServiceSpec,
  settingsFor,
  specFor,
} from "../index.ts";

function profile(text: string): Profile {
  const parsed = parseProfile(text);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

/** `line:column message` of every issue. */
function issues(text: string): readonly string[] {
  const parsed = parseProfile(text);
  return parsed.ok ? [] : parsed.issues.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function hints(text: string): readonly (string | undefined)[] {
  const parsed = parseProfile(text);
  return parsed.ok ? [] : parsed.issues.map(({ hint }) => hint);
}

const place = { environment: "prod", cluster: "alpha", service: "user" };

describe("a profile", () => {
  it("that says nothing is the built-in one, and so is the built-in one written out", () => {
    assert.deepEqual(settingsFor(emptyProfile, place), builtinProfile);
    assert.deepEqual(settingsFor(profile(""), place), builtinProfile);
    assert.deepEqual(settingsFor(profile(builtinProfileText), place), builtinProfile);
  });

  it("is laid in layers: the file, its environment, its cluster, its service", () => {
    const layered = profile(`
[quota]
pods = 1
cpu = "10"
[labels]
from = "file"
file = "yes"
[envs.prod.quota]
pods = 2
[envs.prod.labels]
from = "environment"
[clusters.alpha.quota]
pods = 3
[services.user.quota]
pods = 4
cpu = false
[services.user]
access = false
`);
    const pods = (environment: string, cluster: string | undefined, service: string) =>
      settingsFor(layered, { environment, cluster, service }).quota.pods;
    assert.equal(pods("staging", "beta", "shop"), 1);
    assert.equal(pods("prod", "beta", "shop"), 2);
    assert.equal(pods("prod", undefined, "shop"), 2);
    assert.equal(pods("prod", "alpha", "shop"), 3);
    assert.equal(pods("prod", "alpha", "user"), 4);
    const user = settingsFor(layered, place);
    assert.deepEqual(user.quota, { cpu: undefined, memory: builtinProfile.quota.memory, pods: 4 });
    assert.deepEqual(user.labels, { from: "environment", file: "yes" });
    assert.equal(user.access, undefined);
    assert.deepEqual(settingsFor(layered, { ...place, service: "shop" }).access, builtinProfile.access);
    assert.equal(settingsFor(layered, place), user, "one object for one place");
    const elsewhere = { environment: "staging", cluster: "beta", service: "shop" };
    assert.equal(
      settingsFor(layered, { environment: "nowhere", cluster: undefined, service: "other" }),
      settingsFor(layered, elsewhere),
      "and one for all that nothing is said about",
    );
  });

  it("says only what differs from the built-in one, key by key", () => {
    const settings = settingsFor(
      profile(`
sizes.small.cpu = "50m"
limits.cpu = 8
bases.node.version = "22"
images = { warning = "1Gi", allowed = ["registry.example.com/"] }
health.ready = "/ready"
public = { via = "gateway", gateway = { name = "main", namespace = "gateways" }, certificate = "{service}-tls" }
access.group = "team-{owner}"
network.internal = ["10.0.0.0/8"]
kubernetes.objects = []
`),
      place,
    );
    assert.deepEqual(settings, {
      ...builtinProfile,
      sizes: { ...builtinProfile.sizes, small: { cpu: "50m", memory: "128Mi" } },
      limitFactors: { cpu: 8, memory: 2 },
      bases: { ...builtinProfile.bases, node: { image: "docker.io/library/node:{version}-slim", version: "22" } },
      images: { warningBytes: 2 ** 30, allowed: ["registry.example.com/"] },
      health: { live: undefined, ready: "/ready", startup: undefined },
      public: {
        ...builtinProfile.public,
        via: "gateway",
        gateway: { name: "main", namespace: "gateways", section: undefined },
        certificate: "{service}-tls",
      },
      access: { role: "view", group: "team-{owner}" },
      network: { ...builtinProfile.network, internal: ["10.0.0.0/8"] },
      kubernetes: { ...builtinProfile.kubernetes, objects: [] },
    });
  });

  it("is refused with every problem at once, each with its place", () => {
    assert.deepEqual(
      issues(`
namespace = "shared"
securty = "restricted"
[sizes.small]
cpu = "100"
memory = "128"
[clusters.alpha.bases.node]
version = "22"
[envs.prod]
namespace = "{service}"
[services.user.quota]
pod = 5
[labels]
"fairway.dev/service" = "mine"
team = "{owne}"
[public]
via = "gateway"
[[rules]]
name = "one"
field = "replica"
min = 2
message = "two"
[[rules]]
name = "one"
field = "owner"
message = "two"
[[rules]]
name = "three"
field = "owner"
present = true
matches = "(?=a)"
message = "two"
`),
      [
        '2:13 services would share the namespace "shared"',
        '3:1 unknown key "securty"',
        '6:10 sizes.small.memory must be an amount of memory such as "256Mi" or "2Gi", found the text "128"',
        '7:17 "bases" cannot differ between clusters',
        '10:1 "namespace" cannot differ between environments',
        '12:1 unknown key "pod" in [services.user.quota]',
        '14:1 "fairway.dev/service" is the platform\'s own',
        '15:8 there is no "{owne}" here',
        '17:7 via = "gateway" needs the Gateway that routes attach to',
        '20:9 app.toml has no field "replica"',
        '24:8 there are two rules "one"',
        "24:8 the rule does not say what it requires",
        "31:1 a rule requires one thing, this one says present and matches",
        "31:11 this is no regular expression of RE2: invalid or unsupported Perl syntax: `(?=`",
      ],
    );
    assert.deepEqual(hints('securty = "x"'), ['did you mean "security"?']);
    assert.deepEqual(hints('[[rules]]\nname = "a"\nfield = "replica"\nmin = 2\nmessage = "m"'), [
      'did you mean "replicas"?',
    ]);
  });

  it("knows placeholders where they belong, and leaves braces of annotations alone", () => {
    assert.deepEqual(issues('[annotations]\nconfig = \'{"a": {"b": 1}}\'\nowner = "{owner}"'), []);
    assert.deepEqual(issues('[annotations]\nowner = "{team}"'), ['2:9 there is no "{team}" here']);
    assert.deepEqual(issues('namespace = "{service"'), ['1:13 a brace in "{service" has no partner']);
    assert.deepEqual(issues('[public]\ncertificate = "{owner}-tls"'), ['2:15 there is no "{owner}" here']);
    assert.deepEqual(issues('[bases.node]\nimage = "node:{engine}"'), ['2:9 there is no "{engine}" here']);
  });
});

function spec(appToml: string, environment: string): ServiceSpec {
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return specFor(parsed.value, environment);
}

/** `line:column message` of what an app.toml breaks. */
function broken(profileText: string, appToml: string, environment = "prod"): readonly string[] {
  const settings = settingsFor(profile(profileText), { environment, cluster: undefined, service: "user" });
  const found = brokenRules(spec(appToml, environment), settings, environment);
  return placesInAppToml(appToml, environment, found).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
}

function rule(condition: string, more = ""): string {
  return `[[rules]]\nname = "r"\nmessage = "no"\n${condition}\n${more}`;
}

describe("rules", () => {
  const everyService = `
[[rules]]
name = "owner"
environments = ["prod"]
field = "owner"
present = true
message = "in prod somebody must own a service"
[[rules]]
name = "two"
environments = ["prod"]
field = "replicas"
min = 2
message = "in prod we want two of everything: one may fail"
`;

  it("refuse with the owner's words, the rule's name and the place: every service in prod has an owner and two replicas", () => {
    assert.deepEqual(broken(everyService, 'name = "user"\nreplicas = 1\n'), [
      "1:1 in prod somebody must own a service (rule owner)",
      "2:12 in prod we want two of everything: one may fail (rule two)",
    ]);
    assert.deepEqual(broken(everyService, 'name = "user"\nowner = "me"\nreplicas = 3\n[envs.prod]\nreplicas = 1'), [
      "5:12 in prod we want two of everything: one may fail (rule two)",
    ]);
    assert.deepEqual(broken(everyService, 'name = "user"\nowner = "me"\nreplicas = 1\n[envs.prod]\nreplicas = 2'), []);
    assert.deepEqual(broken(everyService, 'name = "user"', "staging"), []);
  });

  it("count what is not written as what it means", () => {
    assert.deepEqual(broken(everyService, 'name = "user"\nowner = "me"'), [
      "1:1 in prod we want two of everything: one may fail (rule two)",
    ]);
  });

  it("look at presence, absence, numbers, patterns, values, and at every item of a list", () => {
    const appToml = `name = "user"
engine = { name = "node", version = "22.1" }
health.live = "/live"
[[dependencies]]
name = "a"
timeout = 500
[[dependencies]]
name = "b"
timeout = 5000
[env]
LOG_LEVEL = "debug"
`;
    for (const [condition, expected] of [
      ['field = "health.live"\npresent = true', []],
      ['field = "health.ready"\npresent = true', ["3:1 no (rule r)"]],
      ['field = "health.live"\nabsent = true', ["3:15 no (rule r)"]],
      ['field = "description"\npresent = true', ["1:1 no (rule r)"]],
      ['field = "dependencies.timeout"\nmax = 1000', ["9:11 no (rule r)"]],
      ['field = "dependencies"\nabsent = true', ["4:3 no (rule r)"]],
      ['field = "engine.version"\nmatches = "^22"', []],
      ['field = "engine.version"\nmatches = "^24"', ["2:37 no (rule r)"]],
      ['field = "engine.name"\none_of = ["golang", "python"]', ["2:19 no (rule r)"]],
      ['field = "env.LOG_LEVEL"\none_of = ["debug"]', []],
      ['field = "env.DEBUG"\nabsent = true', []],
      ['field = "run.grace"\nmin = 60', ["1:1 no (rule r)"]],
      ['field = "name"\nmatches = "^shop-"\nkinds = ["job"]', []],
    ] as const) {
      assert.deepEqual(broken(rule(condition), appToml), expected, condition);
    }
  });

  it("know ranges of replicas, quantities, and what stands once or several times", () => {
    const appToml = `name = "user"
replicas = { min = 2, max = 10 }
[resources]
memory = "512Mi"
[public]
host = "shop.example.com"
tls = false
`;
    for (const [condition, expected] of [
      ['field = "replicas"\nmin = 2', []],
      ['field = "replicas"\nmin = 3', ["2:1 no (rule r)"]],
      ['field = "replicas"\nmax = 9', ["2:1 no (rule r)"]],
      ['field = "replicas"\nmax = 10', []],
      ['field = "resources.memory"\nmax = 1073741824', []],
      ['field = "resources.memory"\nmax = 1000', ["4:10 no (rule r)"]],
      ['field = "public.host"\nmatches = "[.]example[.]com$"', []],
      ['field = "public.host"\nmatches = "^www"', ["6:8 no (rule r)"]],
      ['field = "public.tls"\none_of = [true]', ["7:7 no (rule r)"]],
      ['field = "public"\nabsent = true', ["5:2 no (rule r)"]],
    ] as const) {
      assert.deepEqual(broken(rule(condition), appToml), expected, condition);
    }
    const several = 'name = "user"\n[[public]]\nhost = "a.example.com"\n[[public]]\nhost = "b.example.org"\n';
    assert.deepEqual(broken('[public]\ndomains = ["example.com"]', several), [
      '5:8 public hosts may not be "b.example.org"',
    ]);
    assert.deepEqual(broken(rule('field = "events.produces"\npresent = true'), 'name = "user"'), ["1:1 no (rule r)"]);
  });

  it("are matched in time that grows with the text alone", () => {
    const text = `name = "user"\ndescription = "${"a".repeat(900)}!"\n`;
    const begin = performance.now();
    assert.deepEqual(broken(rule('field = "description"\nmatches = "^(a+)+$"'), text), ["2:15 no (rule r)"]);
    assert.ok(performance.now() - begin < 1000);
  });

  it("say where images may come from, by whole parts of their names", () => {
    const allowed = '[images]\nallowed = ["registry.example.com/team", "node"]';
    const image = (reference: string) => broken(allowed, `name = "user"\n[build]\nimage = "${reference}"`);
    assert.deepEqual(image("registry.example.com/team/app:1"), []);
    assert.deepEqual(image("registry.example.com/teammate/app:1"), [
      '3:9 images may not come from "registry.example.com/teammate/app:1"',
    ]);
    assert.deepEqual(image("docker.io/library/node:24"), []);
    assert.deepEqual(image("node:24"), []);
    assert.equal(image("nodes:24").length, 1);
    assert.equal(broken(allowed, 'name = "user"\n[build]\nbase = "python:3"').length, 1);
    assert.deepEqual(broken(allowed, 'name = "user"'), []);
  });
});
