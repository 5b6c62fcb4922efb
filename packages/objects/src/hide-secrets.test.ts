import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changedFields, secretHider, shownValue } from "./index.ts";

const shown = (value: unknown, kind?: string) => shownValue(secretHider().hide(value, kind));

const secret: readonly (readonly [name: string, value: unknown, kind?: string])[] = [
  ["a Secret's data", { data: { anything: "aHVudGVyMg==" } }, "Secret"],
  ["a Secret's stringData", { stringData: { anything: "hunter2" } }, "Secret"],
  ["a variable of a ConfigMap", { data: { DB_PASSWORD: "hunter2" } }],
  ["also under a name that Kubernetes uses", { data: { key: "hunter2", secret: "hunter2" } }],
  ["a variable of a container", { env: [{ name: "GITHUB_TOKEN", value: "hunter2" }] }],
  ["a header of a check", { httpHeaders: [{ name: "X-Api-Key", value: "hunter2" }] }],
  ["everything below a field that says so", { spec: { credentials: { who: "hunter2", all: ["hunter2"] } } }],
  ["a number", { spec: { pin: 1234 } }],
  ["camel case", { spec: { clientSecret: "hunter2" } }],
  ["a URL with a password", { data: { DATABASE: "postgres://me:hunter2@db/users" } }],
  ["a URL with a password only", { data: { CACHE: "redis://:hunter2@cache:6379" } }],
  ["a URL with a token", { data: { REPORTS: "https://hunter2@reports.example.com/1" } }],
  ["a URL that is not quite one", { data: { DATABASE: "postgres://me:hunter2/?#@db/users" } }],
  ["an argument", { args: ["serve", "--db-password=hunter2"] }],
  ["the word behind an option", { args: ["--password", "hunter2"] }],
  ["a line of a file", { data: { "app.properties": "level = info\npassword = hunter2\n" } }],
  ["a field of JSON in a text", { data: { "app.json": '{"apiKey":"hunter2"}' } }],
  ["a query", { data: { HOOK: "https://hooks.example.com/?token=hunter2" } }],
  ["an authorization", { annotations: { note: "Bearer hunter2.hunter2" } }],
  ["a basic authorization", { annotations: { note: "Basic aHVudGVyMjpodW50ZXIy" } }],
  ["a private key", { data: { "tls.pem": "-----BEGIN RSA PRIVATE KEY-----\nhunter2" } }],
];
for (const [name, value, kind] of secret) {
  test(`hidden: ${name}`, () => {
    const text = JSON.stringify(shown(value, kind));
    assert.match(text, /\(hidden\)/);
    assert.doesNotMatch(text, /hunter2|aHVudGVyMg|1234/);
  });
}

const open: readonly (readonly [name: string, value: unknown])[] = [
  [
    "plain variables",
    {
      data: { LOG_LEVEL: "info", MONKEY: "see", PLAN: "basic settings", KEYSPACE: "users", URL: "https://host:8080/x" },
    },
  ],
  ["images of services that sound secret", { image: "registry:5000/team/auth-token:1.2@sha256:00" }],
  ["fields of Kubernetes", { topologyKey: "kubernetes.io/hostname", automountServiceAccountToken: false }],
  ["names of Secrets", { secretKeyRef: { name: "db", key: "password" }, imagePullSecrets: [{ name: "registry" }] }],
  [
    "labels",
    { labels: { "fairway.dev/calls.auth": "yes" }, selector: { token: "yes" }, hard: { "count/secrets": "9" } },
  ],
  ["whether there is one", { data: { PASSWORD: "", TOKEN_REQUIRED: true } }],
];
for (const [name, value] of open) test(`not hidden: ${name}`, () => assert.deepEqual(shown(value), value));

test("names that are known to be open, whose values still may be secret", () => {
  const data = { SERVICE_TOKEN_URL: "http://token", SERVICE_AUTH_URL: "http://me:hunter2@auth" };
  const hider = secretHider((name) => /^SERVICE_\w+_URL$/.test(name));
  assert.deepEqual(shownValue(hider.hide({ data })), { data: { ...data, SERVICE_AUTH_URL: "(hidden)" } });
});

test("a changed secret is a change, an equal one is none", () => {
  const hider = secretHider();
  const [one, two] = ["one", "two"].map((TOKEN) => hider.hide({ data: { TOKEN } }));
  assert.deepEqual(changedFields(one, hider.hide({ data: { TOKEN: "one" } })), []);
  assert.deepEqual(
    changedFields(one, two).map(({ path, from, to }) => [path, shownValue(from), shownValue(to)]),
    [[".data.TOKEN", "(hidden)", "(hidden)"]],
  );
});

test("refusals that repeat a secret do not show it", () => {
  const hider = secretHider();
  hider.hide({ data: { TOKEN: 'a"b.c', PIN: "7" } });
  assert.equal(hider.clean(String.raw`Invalid value: "a\"b.c": must be 7`), 'Invalid value: "(hidden)": must be 7');
  assert.equal(hider.clean('a"b.c aXb.c'), "(hidden) aXb.c");
});

test("a megabyte of anything is read in no time", () => {
  for (const piece of ["a", "a.", "a ", "=", ":", "a://", "://:", "a:", "bearer ", "-----BEGIN ", '"', "\t"]) {
    const started = performance.now();
    shown({ data: { FILE: piece.repeat(1e6 / piece.length) } });
    assert.ok(performance.now() - started < 5_000, `${JSON.stringify(piece)} takes its time`);
  }
});

test("no value of a secret name is ever shown, wherever it lies", () => {
  const name = fc.constantFrom("DB_PASSWORD", "apiKey", "x-auth-token", "clientSecret", "CREDENTIALS");
  const value = fc.string({ minLength: 1 }).map((text) => `hunter2${text}`);
  const holder = fc
    .tuple(name, value)
    .chain(([key, text]) =>
      fc.constantFrom<unknown>(
        { [key]: text },
        { [key]: { deep: [text] } },
        { env: [{ name: key, value: text }] },
        [`--${key}=${text}`],
        [`--${key}`, text],
      ),
    );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      holder,
      fc.dictionary(fc.constantFrom("data", "spec", "metadata", "annotations", "x"), tie("tree")),
      fc.array(tie("tree"), { maxLength: 3 }),
    ),
  }));
  fc.assert(fc.property(tree, (value) => !JSON.stringify(shown(value)).includes("hunter2")));
});
