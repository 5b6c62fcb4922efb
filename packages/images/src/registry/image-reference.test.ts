import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageReference } from "./image-reference.ts";
import { RegistryError } from "./registry-error.ts";

const digest = `sha256:${"a".repeat(64)}`;
const good: Readonly<Record<string, ReturnType<typeof parseImageReference>>> = {
  node: { registry: "docker.io", repository: "library/node" },
  "node:24-slim": { registry: "docker.io", repository: "library/node", tag: "24-slim" },
  "grafana/grafana": { registry: "docker.io", repository: "grafana/grafana" },
  "index.docker.io/node": { registry: "docker.io", repository: "library/node" },
  "registry-1.docker.io/team/x:1": { registry: "docker.io", repository: "team/x", tag: "1" },
  "ghcr.io/team/shop__x/user-a.b": { registry: "ghcr.io", repository: "team/shop__x/user-a.b" },
  "GHCR.io/team/x": { registry: "ghcr.io", repository: "team/x" },
  "localhost/x": { registry: "localhost", repository: "x" },
  "localhost:5000/x:v_1.0": { registry: "localhost:5000", repository: "x", tag: "v_1.0" },
  "127.0.0.1:5000/a/b": { registry: "127.0.0.1:5000", repository: "a/b" },
  "[::1]:5000/a": { registry: "[::1]:5000", repository: "a" },
  [`registry:5000/a@${digest}`]: { registry: "registry:5000", repository: "a", digest },
  [`ghcr.io/a/b:v1@${digest}`]: { registry: "ghcr.io", repository: "a/b", tag: "v1", digest },
};
for (const [text, expected] of Object.entries(good))
  test(`${text} is taken apart`, () => assert.deepEqual(parseImageReference(text), expected));

const bad: Readonly<Record<string, RegExp>> = {
  "": /empty/,
  " node": /no repository/,
  "node ": /no repository/,
  "https://ghcr.io/a/b": /scheme/,
  Node: /no repository/,
  "ghcr.io/Team/x": /no repository/,
  "ghcr.io/": /no repository/,
  "ghcr.io//x": /no repository/,
  "/x": /no repository/,
  "a..b": /no repository/,
  "a-": /no repository/,
  "ghcr.io/../x": /no repository/,
  "node:": /no tag/,
  "node:-1": /no tag/,
  [`node:${"t".repeat(129)}`]: /no tag/,
  "node:1:2": /more than one tag/,
  "node@sha256:abc": /no digest/,
  [`node@SHA256:${"a".repeat(64)}`]: /no digest/,
  [`node@sha512:${"a".repeat(128)}`]: /no digest/,
  [`node@${digest}@${digest}`]: /more than one @/,
  "ghcr.io:0/x": /no host/,
  "ghcr.io:99999/x": /no host/,
  "ghcr.io:a/x": /no host/,
  "a.b_c/x": /no host/,
  [`ghcr.io/${"a".repeat(250)}`]: /longer than 255/,
  "ghcr.io/x?y": /no repository/,
  "ghcr.io/x#y": /no repository/,
  "ghcr.io/x%2f..": /no repository/,
};
for (const [text, why] of Object.entries(bad))
  test(`"${text.slice(0, 40)}" is refused: ${why.source}`, () =>
    assert.throws(
      () => parseImageReference(text),
      (error: unknown) => {
        assert.ok(error instanceof RegistryError);
        assert.equal(error.code, "invalid-reference");
        assert.match(error.message, why);
        assert.notEqual(error.hint, "");
        return true;
      },
    ));

test("a password before a host is not repeated", () => {
  assert.throws(
    () => parseImageReference("me:hunter2@ghcr.io/a"),
    (error: unknown) => error instanceof RegistryError && !`${error.message}${error.hint}`.includes("hunter2"),
  );
});
