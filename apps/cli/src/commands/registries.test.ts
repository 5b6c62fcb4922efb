import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RegistrySummary } from "@fairway/api";
import { runProgram } from "../program.ts";
import { fakeServer } from "../testing/fake-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { assertGolden } from "../testing/golden.ts";
import { serviceFolder } from "../testing/run-cli.ts";

const main: RegistrySummary = {
  name: "main",
  environment: "prod",
  prefix: "registry.example.com/team",
  plainHttp: false,
  credentials: true,
  pullCredentials: true,
  certificateAuthority: false,
  bases: { node: "registry.example.com/base/node:24", golang: "registry.example.com/base/static:1" },
  createdAt: "2026-01-01T00:00:00Z",
};
const lab: RegistrySummary = {
  ...main,
  name: "lab",
  environment: "staging",
  prefix: "127.0.0.1:5000/fairway",
  plainHttp: true,
  credentials: false,
  pullCredentials: false,
  bases: {},
};

async function run(
  t: TestContext,
  args: readonly string[],
  handlers: Parameters<typeof fakeServer>[1] = {},
  folder?: string,
) {
  const server = await fakeServer(t, {
    platform: () => ({ value: { version: "0.1.0", environments: [{ name: "prod", clusters: ["gamma"] }] } }),
    listRegistries: () => ({ value: { items: [lab, main] } }),
    ...handlers,
  });
  const shell = fakeShell({
    environment: { NO_COLOR: "1", ...server.environment },
    ...(folder === undefined ? {} : { folder }),
  });
  return { code: await runProgram(args, shell, "0.0.0"), out: shell.written.out, err: shell.written.err };
}

test("fairway registries: fits 80 columns; by environment; as JSON; registry list is the same", async (t) => {
  const all = await run(t, ["registries"]);
  assertGolden("questions/registries.txt", all.out);
  for (const line of all.out.split("\n")) assert.ok(line.length <= 80, line);
  assert.equal((await run(t, ["registry", "list"])).out, all.out);
  assert.doesNotMatch((await run(t, ["registries", "--env", "prod"])).out, /lab/);
  assert.deepEqual(JSON.parse((await run(t, ["registries", "--json"])).out), { items: [lab, main] });
  const none = await run(t, ["registries"], { listRegistries: () => ({ value: { items: [] } }) });
  assert.match(none.out, /^No registries\. Add one: fairway registry add main /);
});

test("registry add sends files and bases, and says what it means", async (t) => {
  const folder = await serviceFolder(t, { "push.json": '{"auths":{}}', "ca.pem": "PEM" });
  const bodies: unknown[] = [];
  const putRegistry = (replaced: boolean) => ({
    putRegistry: ({ params, body }: { params: unknown; body: unknown }) => {
      bodies.push([params, body]);
      return { value: { ...main, replaced } };
    },
  });
  const args = ["registry", "add", "main", "registry.example.com/team", "--docker-config", "push.json"];
  const bases = ["--base", "node=registry.example.com/base/node:{version}", "golang=registry.example.com/go@sha256:1"];
  const added = await run(t, [...args, "--certificate-authority", "ca.pem", ...bases], putRegistry(false), folder);
  assert.deepEqual([added.code, added.err], [0, ""]);
  assert.equal(
    added.out,
    "✓ main is the registry of prod: images go to registry.example.com/team/<service>\n  pushing is allowed; clusters pull with credentials that rollouts bring them\n",
  );
  assert.deepEqual(bodies, [
    [
      { registry: "main" },
      {
        environment: "prod",
        prefix: "registry.example.com/team",
        dockerConfig: '{"auths":{}}',
        certificateAuthority: "PEM",
        plainHttp: false,
        bases: { node: "registry.example.com/base/node:{version}", golang: "registry.example.com/go@sha256:1" },
      },
    ],
  ]);
  const again = await run(t, args, putRegistry(true), folder);
  assert.match(again.out, /changed credentials reach clusters with the next rollout of each service\n$/);
  const missing = await run(t, [...args.slice(0, 5), "nowhere.json"], putRegistry(false), folder);
  assert.deepEqual(
    [missing.code, /The Docker configuration cannot be read: .*nowhere\.json/.test(missing.err)],
    [2, true],
  );
  const base = await run(t, [...args, "--base", "ruby=x"], putRegistry(false), folder);
  assert.equal(base.code, 2);
  assert.match(base.err, /This is no base: ruby=x\.?\n.*--base node=/s);
});

test("registry remove asks for the name, and tells why not", async (t) => {
  const removed = await run(t, ["registry", "remove", "main", "--yes"], {
    removeRegistry: () => ({ value: undefined }),
  });
  assert.deepEqual([removed.code, removed.out], [0, "✓ main is forgotten\n"]);
  const inUse = await run(t, ["registry", "remove", "main", "--yes"], {
    removeRegistry: () => ({
      problem: { code: "registry-in-use", title: "main has the images of 1 service", detail: "shop", status: 409 },
    }),
  });
  assert.deepEqual([inUse.code, inUse.err], [1, "main has the images of 1 service: shop.\n"]);
  assert.equal((await run(t, ["registry", "remove", "main"])).code, 2);
});
