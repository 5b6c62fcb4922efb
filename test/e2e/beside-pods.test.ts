/** What a service is beside its pods, in embedded clusters: public addresses, bounds of its replicas, crons. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { connectCluster } from "@fairway/kube";
import { isDeployment } from "@fairway/objects";
import { eventually, getThrough, startPlatform, writeService } from "./platform.ts";

const appToml = (replicas: string) => `
name = "shop"
replicas = ${replicas}
[engine]
name = "node"
[public]
host = "shop.example"
path = "/api"
[[crons]]
name = "nightly"
schedule = "* * * * *"
command = "node --version"
`;

test("a service with a public host, an autoscaler and a cron", async (t) => {
  const platform = await startPlatform(t);
  const deploy = async (replicas: string) => {
    const folder = await writeService(platform, "shop", {
      "app.toml": appToml(replicas),
      "index.js": `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end(request.url));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`,
    });
    const deployed = await platform.fairway(["deploy", folder]);
    assert.equal(deployed.code, 0, deployed.stdout + deployed.stderr);
  };
  await deploy("{ min = 2, max = 4 }");

  await t.test(
    "is reached by its public host and path through the edge, and by nothing else of that host",
    async () => {
      await eventually("the public host", async () =>
        (await getThrough(platform.edgePort, "shop.example", "/api/1")).body === "/api/1" ? true : undefined,
      );
      assert.equal((await getThrough(platform.edgePort, "shop.example", "/admin")).status, 404);
      assert.equal((await platform.get("shop", "/admin")).body, "/admin");
    },
  );

  await t.test("hands its replicas over and takes them back without a dip", async () => {
    const kubeconfig = await readFile(path.join(platform.home, "clusters/alpha/kubeconfig"), "utf8");
    const alpha = await connectCluster({ name: "alpha", kubeconfig });
    const ended = new AbortController();
    const numbers: number[] = [];
    const watching = (async () => {
      for await (const { objects } of alpha.follow("shop", ended.signal)) {
        numbers.push(objects.find(isDeployment)?.spec?.replicas ?? 0);
      }
    })().catch(() => undefined);
    for (const replicas of ["3", "{ min = 1, max = 4 }", "1"]) await deploy(replicas);
    ended.abort();
    await watching;
    alpha.close();
    const seen = numbers.filter((number, index) => number !== numbers[index - 1]);
    assert.deepEqual(seen, [2, 3, 1]);
  });

  await t.test("tells who is on call what there is, and whether the cron ran", async () => {
    await deploy("{ min = 2, max = 4, cpu = 60 }");
    const cron = /nightly \(\* \* \* \* \*\) in \w+: ran .*, last good end/;
    const told = await eventually(
      "a run of the cron",
      async () => {
        const { stdout } = await platform.fairway(["status", "shop"]);
        return cron.test(stdout) ? stdout : undefined;
      },
      90,
    );
    assert.match(told, /public +https?:\/\/shop\.example\/api/);
    assert.match(told, /replicas +2\.\.4 per cluster, at 60 % of the cpu/);
  });
});
