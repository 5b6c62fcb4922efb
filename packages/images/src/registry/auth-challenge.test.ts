import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallenges } from "./auth-challenge.ts";

const bearer = {
  realm: "https://auth.example/token?a=b,c",
  service: "registry.example",
  scope: "repository:a/b:pull,push",
};
const cases: readonly (readonly [string, ReturnType<typeof parseChallenges>])[] = [
  ['Basic realm="a registry"', [{ scheme: "basic", parameters: { realm: "a registry" } }]],
  [
    'Bearer realm="https://auth.example/token?a=b,c",service="registry.example",scope="repository:a/b:pull,push"',
    [{ scheme: "bearer", parameters: bearer }],
  ],
  [
    'bearer  Realm = "x" , service=plain,  Basic realm="y\\"z"',
    [
      { scheme: "bearer", parameters: { realm: "x", service: "plain" } },
      { scheme: "basic", parameters: { realm: 'y"z' } },
    ],
  ],
  [
    'Negotiate, Bearer realm="x",realm="second"',
    [
      { scheme: "negotiate", parameters: {} },
      { scheme: "bearer", parameters: { realm: "x" } },
    ],
  ],
  ["", []],
  ['realm="x"', []],
  [
    'Bearer realm="never closed',
    [
      { scheme: "bearer", parameters: {} },
      { scheme: "realm", parameters: {} },
    ],
  ],
];
for (const [header, expected] of cases)
  test(`challenge: ${header}`, () => assert.deepEqual(parseChallenges(header), expected));

test("a hostile header of 64 KiB is read at once", () => {
  const begin = performance.now();
  parseChallenges(`Bearer realm="${"\\".repeat(30_000)}${", a".repeat(10_000)}`);
  parseChallenges(`Bearer ${"a=b ".repeat(16_000)}`);
  assert.ok(performance.now() - begin < 5_000);
});
