/** A person who debugs his service with his own kubectl, by the kubeconfig that Fairway gives. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { promisify } from "node:util";
import { checkout, startPlatform, writeService } from "./platform.ts";

const fetched = path.join(checkout, "node_modules/.cache/fairway/kubectl");
const binary = process.env["KUBECTL"] ?? (existsSync(fetched) ? fetched : undefined);
const skip = binary === undefined ? "there is no kubectl: node scripts/fetch-kubectl.ts brings one" : false;

test("kubectl on an embedded cluster", { skip }, async (t) => {
  const platform = await startPlatform(t);
  const folder = await writeService(platform, "mine", {
    "app.toml": 'name = "mine"\nreplicas = 2\n[engine]\nname = "node"\n',
    "index.js": `
import { createServer } from "node:http";
const server = createServer((request, response) => { console.log("asked for", request.url); response.end("hello"); });
server.listen(process.env.PORT, () => console.log("listening"));
process.once("SIGTERM", () => server.close());
`,
  });
  const deployed = await platform.fairway(["deploy", folder]);
  assert.equal(deployed.code, 0, deployed.stdout + deployed.stderr);

  const config = path.join(platform.folder, "kubeconfig");
  await writeFile(config, (await platform.fairway(["kubeconfig", "alpha"])).stdout, { mode: 0o600 });
  const place = ["--kubeconfig", config, "--namespace", "mine"];
  const kubectl = async (...args: readonly string[]) =>
    (await promisify(execFile)(binary ?? "", [...place, ...args], { timeout: 60_000 })).stdout;

  await t.test("gets, waits, follows a rollout", async () => {
    assert.match(await kubectl("get", "deployments"), /^mine-a +2\/2 +2 +2 /m);
    assert.match(await kubectl("get", "pods", "-o", "wide"), /(mine-a-\S+ +1\/1 +Running.*\n){2}/);
    await kubectl("wait", "--for=condition=Available", "deployment/mine-a", "--timeout=30s");
    await kubectl("rollout", "restart", "deployment/mine-a");
    assert.match(await kubectl("rollout", "status", "deployment/mine-a", "--timeout=60s"), /successfully rolled out/);
  });

  await t.test("follows a log while lines are written", async () => {
    // The restart's old pods are still draining, and their logs end with them: the newest pod is none of these.
    const pods = await kubectl("get", "pods", "--sort-by=.metadata.creationTimestamp", "-o", "name");
    const pod = pods.trim().split("\n").at(-1) ?? "";
    const following = spawn(binary ?? "", [...place, "logs", "-f", pod], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => following.kill());
    let seen = false;
    for await (const line of createInterface({ input: following.stdout })) {
      seen = line === "asked for /from-a-test";
      if (seen) break;
      // More requests than there are pods: one of them meets this one.
      for (let count = 0; count < 8; count += 1) await platform.get("mine", "/from-a-test");
    }
    assert.ok(seen, "the log ended before the line came");
    following.kill();
  });

  await t.test("applies, edits and deletes objects of its own", async () => {
    const file = path.join(platform.folder, "notes.yaml");
    await writeFile(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata: {first: one}\n");
    assert.match(await kubectl("apply", "--server-side", "-f", file), /configmap\/notes serverside-applied/);
    await writeFile(file, (await readFile(file, "utf8")).replace("one", "two"));
    await kubectl("apply", "--server-side", "-f", file);
    assert.equal(await kubectl("get", "configmap", "notes", "-o", "jsonpath={.data.first}"), "two");
    assert.match(await kubectl("delete", "-f", file), /deleted/);
    await kubectl("wait", "--for=delete", "configmap/notes", "--timeout=10s");
  });
});
