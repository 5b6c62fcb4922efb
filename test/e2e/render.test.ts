/** A server and an offline command make the same bytes of the same files. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startTestServer, type TestServer } from "../../apps/server/src/testing/test-server.ts";
import { checkout } from "./platform.ts";

const run = promisify(execFile);
let server: TestServer;
let home: string;
before(async () => {
  server = await startTestServer();
  home = await mkdtemp(path.join(tmpdir(), "fairway-render-"));
});
after(async () => {
  await server.stop();
  await rm(home, { recursive: true });
});

async function offline(...args: readonly string[]): Promise<string> {
  const bin = path.join(checkout, "apps/cli/bin/fairway.js");
  return (await run(process.execPath, [bin, "render", ...args], { cwd: home, maxBuffer: 2 ** 24 })).stdout;
}

const appToml = `name = "user"
owner = "accounts"
replicas = { min = 2, max = 6 }
[engine]
name = "golang"
size = "medium"
[[dependencies]]
name = "data-bus"
[[crons]]
name = "nightly"
schedule = "0 3 * * *"
command = "./app nightly"
[env]
LOG_LEVEL = "info"
ODD = "yes\\n: # {}"
[public]
host = "user.example.com"
[envs.staging]
replicas = 1
[[kubernetes.patches]]
kind = "Deployment"
merge = { spec = { revisionHistoryLimit = 1 } }
`;
const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: b\n";
const profile = `namespace = "{service}-{environment}"
[sizes.medium]
cpu = "300m"
[labels]
team = "{owner}"
[envs.staging]
security = "baseline"
[[rules]]
name = "owner"
field = "owner"
present = true
message = "somebody must own it"
`;

test("POST /v1/render is fairway render, byte by byte, with the built-in profile and with one that is stored", async () => {
  await mkdir(path.join(home, "kubernetes"));
  await writeFile(path.join(home, "app.toml"), appToml);
  await writeFile(path.join(home, "kubernetes/settings.yaml"), settings);
  await writeFile(path.join(home, "profile.toml"), profile);
  const kubernetes = { "settings.yaml": settings };
  const online = (environment?: string) =>
    server.client.render({ body: { appToml, kubernetes, ...(environment === undefined ? {} : { environment }) } });

  const builtin = await offline();
  assert.equal(await online(), builtin);
  assert.match(builtin, /revisionHistoryLimit: 1\n/);
  assert.match(builtin, /name: settings\n/);

  await server.client.putProfile({ body: { text: profile, after: 0 } });
  const stored = await online();
  assert.notEqual(stored, builtin);
  assert.match(stored, /namespace: user-prod\n/);
  assert.equal(stored, await offline("--profile", "profile.toml"));
  assert.equal(await online("staging"), await offline("--profile", "profile.toml", "--env", "staging"));
});

test("what a rule refuses, both refuse, with the same words and place", async () => {
  const text = 'name = "user"\n';
  await writeFile(path.join(home, "app.toml"), text);
  await rm(path.join(home, "kubernetes"), { recursive: true });
  await assert.rejects(offline("--profile", "profile.toml"), /app\.toml:1:1 {2}somebody must own it \(rule owner\)/);
  await assert.rejects(server.client.render({ body: { appToml: text } }), /somebody must own it \(rule owner\)/);
});
