import assert from "node:assert/strict";
import { test } from "node:test";
import { dockerCredentials } from "./docker-credentials.ts";
import { RegistryError } from "./registry-error.ts";

const auth = (user: string) => ({ auth: Buffer.from(`${user}:pass:word`).toString("base64") });
const user = (username: string) => ({ kind: "password", username, password: "pass:word" });
const config = (auths: object, more: object = {}) => JSON.stringify({ auths, ...more });

const cases: readonly (readonly [string, string, string, string, object])[] = [
  ["a host", config({ "ghcr.io": auth("a") }), "ghcr.io", "team/x", user("a")],
  ["a host with a scheme and a path of old", config({ "https://ghcr.io/v1/": auth("a") }), "ghcr.io", "x", user("a")],
  ["a host in capitals", config({ "GHCR.io": auth("a") }), "ghcr.io", "x", user("a")],
  ["Docker Hub", config({ "https://index.docker.io/v1/": auth("a") }), "docker.io", "library/node", user("a")],
  ["a port", config({ "127.0.0.1:5000": auth("a"), "127.0.0.1": auth("b") }), "127.0.0.1:5000", "x", user("a")],
  [
    "the longest path",
    config({ "ghcr.io/team/x": auth("c"), "ghcr.io": auth("a"), "ghcr.io/team": auth("b") }),
    "ghcr.io",
    "team/x/y",
    user("c"),
  ],
  ["a path ends with a part", config({ "ghcr.io/team": auth("b") }), "ghcr.io", "teams/x", { kind: "none" }],
  ["another host", config({ "ghcr.io.evil.example": auth("a") }), "ghcr.io", "x", { kind: "none" }],
  ["separate fields", config({ "ghcr.io": { username: "a", password: "pass:word" } }), "ghcr.io", "x", user("a")],
  [
    "an identity token",
    config({ "ghcr.io": { ...auth("<token>"), identitytoken: "refresh" } }),
    "ghcr.io",
    "x",
    { kind: "identity-token", token: "refresh" },
  ],
  [
    "a helper for all",
    config({ "ghcr.io": {} }, { credsStore: "desktop" }),
    "ghcr.io",
    "x",
    { kind: "none", helper: "desktop" },
  ],
  [
    "a helper for one host",
    config({}, { credsStore: "desktop", credHelpers: { "ghcr.io": "gh" } }),
    "ghcr.io",
    "x",
    { kind: "none", helper: "gh" },
  ],
  ["nothing", "{}", "ghcr.io", "x", { kind: "none" }],
];
for (const [name, text, registry, repository, expected] of cases)
  test(`credentials: ${name}`, () => assert.deepEqual(dockerCredentials(text, registry, repository), expected));

test("without a file there are no credentials", () => {
  assert.deepEqual(dockerCredentials(undefined, "ghcr.io", "x"), { kind: "none" });
});

for (const text of ["", "hunter2", '"hunter2"', '{"auths":["hunter2"]}', '{"auths":{"ghcr.io":{"auth":"hunter2"}}}'])
  test(`${text === "" ? "nothing" : text} is no Docker configuration, and is not repeated`, () =>
    assert.throws(
      () => dockerCredentials(text, "ghcr.io", "x"),
      (error: unknown) => {
        assert.ok(error instanceof RegistryError && error.code === "unauthorized" && error.hint !== "");
        assert.match(error.message, /^ghcr\.io: /);
        assert.ok(!`${error.message}${error.hint}${String(error.cause)}`.includes("hunter2"));
        return true;
      },
    ));
