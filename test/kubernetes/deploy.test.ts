/** What a product team sees when its services run in real clusters: the same as in embedded ones. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { checkout, writeService } from "../e2e/platform.ts";
import { environment, type RealPlatform, serviceUrl, startRealPlatform } from "./fairway.ts";
import { fillRegistry, nodeImage } from "./harness/images.ts";
import { startDockerRegistry } from "./registries/start-registry.ts";
import { show } from "./show.ts";

const server = (text: string) => `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end(${JSON.stringify(text)}));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;

const appToml = (name: string, more = "") => `name = "${name}"\nreplicas = 2\n[engine]\nname = "node"\n${more}`;

const failures: readonly {
  readonly title: string;
  readonly files: (name: string) => Readonly<Record<string, string>>;
  readonly expected: readonly RegExp[];
}[] = [
  {
    title: "crash",
    files: () => ({ "index.js": 'console.error("Error: no DATABASE_URL"); process.exit(3);' }),
    expected: [
      /\(CrashLoop\)/,
      /exit code 3 after/,
      /last log +Error: no DATABASE_URL/,
      /kubernetes-[ab], pod crash-a-/,
    ],
  },
  {
    title: "unready",
    files: (name) => ({
      "app.toml": appToml(name, '[health]\nready = { path = "/ready", period = 1, threshold = 3 }\n'),
      "index.js": server("fine").replace("response.end", "response.writeHead(500).end"),
    }),
    expected: [/\(ReadinessFailing\)/, /HTTP probe failed with statuscode: 500/, /\/ready/],
  },
  {
    title: "hungry",
    files: () => ({ "index.js": "const all = []; setInterval(() => all.push(Buffer.alloc(16e6, 1)), 5);" }),
    expected: [/\(OutOfMemory\)/, /memory limit of 256Mi/, /exit code 137/],
  },
  {
    title: "huge",
    files: (name) => ({ "app.toml": appToml(name, 'size = "xlarge"\n').replace("= 2", "= 60") }),
    expected: [/\(Unschedulable\)/, /Insufficient cpu/],
  },
  {
    title: "nowhere",
    files: (name) => ({
      "app.toml": `name = "${name}"\n[engine]\nname = "image"\n[build]\nimage = "127.0.0.1:1/none/such:1"\n`,
    }),
    expected: [/127\.0\.0\.1 is not a public address/, /registry add/],
  },
];

describe("services in real clusters", () => {
  let real: RealPlatform;
  const cleanUps: (() => Promise<void>)[] = [];
  before(async () => {
    real = await startRealPlatform({ after: (work) => cleanUps.push(work) });
  });
  after(async () => {
    // The platform first, then the clusters: the reverse of how they were started.
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  it("runs the examples, which find each other by name", async () => {
    for (const example of ["stock", "orders", "shop"]) {
      const told = await real.fairway(0, "deploy", path.join(checkout, "examples", example), "--env", environment);
      assert.match(told, new RegExp(`succeeded: ${example} runs release \\w+ in ${environment}`));
      assert.match(told, /pushed .*sent of 1\d\d\.\d MB \(rest was there\)/s);
    }
    for (const cluster of real.kubernetes.clusters) {
      const page = await (await fetch(await serviceUrl(cluster, "shop"))).text();
      assert.match(page, /served by shop-a-\S+ &rarr; orders-a-\S+ &rarr; stock-a-/, cluster.name);
    }
    assert.match(await real.fairway(0, "status", "--env", environment), /shop .*2\/2 .*2\/2 /);
    assert.match(await real.fairway(0, "logs", "shop", "--env", environment, "--tail", "3"), /shop-a-/);
  });

  it("is redeployed under load through a Service without a failed request", async () => {
    const folder = await writeService(real.platform, "busy", {
      "app.toml": appToml("busy"),
      "index.js": server("one"),
    });
    await real.fairway(0, "deploy", folder, "--env", environment);
    const loads = await Promise.all(
      real.kubernetes.clusters.map(async (cluster) => load(await serviceUrl(cluster, "busy"), 50)),
    );
    await writeService(real.platform, "busy", { "index.js": server("two") });
    await real.fairway(0, "deploy", folder, "--env", environment);
    for (const one of loads) {
      const { answered, failed, bodies } = await one.stop();
      assert.deepEqual(failed, []);
      assert.ok(answered > 100, `${answered} requests were answered`);
      assert.deepEqual([...bodies].toSorted(), ["one", "two"]);
    }
  });

  it("goes back to the release before, in both clusters", async () => {
    await real.fairway(0, "rollback", "busy", "--env", environment);
    for (const cluster of real.kubernetes.clusters) {
      assert.equal(await (await fetch(await serviceUrl(cluster, "busy"))).text(), "one");
    }
  });

  describe("names the cause of what fails", { concurrency: true }, () => {
    for (const { title, files, expected } of failures) {
      it(title, async () => {
        const name = title.replaceAll(" ", "-");
        const filled = Object.entries({ "app.toml": appToml(name), "index.js": server("fine"), ...files(name) });
        const folder = await writeService(real.platform, name, Object.fromEntries(filled));
        const told = await real.fairway(1, "deploy", folder, "--env", environment);
        show(told);
        // Where a line of the terminal ends depends on what stands before it.
        for (const words of expected) assert.match(told.replaceAll(/\s+/g, " "), words);
      });
    }

    it("an image that went away", async () => {
      const image = `${real.kubernetes.registry}/base/gone`;
      const manifests = `http://${image.replace("/", "/v2/")}/manifests`;
      const manifest = await fetch(`${manifests.replace("/gone/", "/pause/")}/1`);
      const digest = manifest.headers.get("docker-content-digest");
      const headers = { "content-type": manifest.headers.get("content-type") ?? "" };
      // Its blobs are not in this repository, which this registry does not mind.
      assert.ok((await fetch(`${manifests}/1`, { method: "PUT", body: await manifest.bytes(), headers })).ok);
      const { client } = real.platform;
      const ready = `name = "gone"\n[engine]\nname = "image"\n[build]\nimage = "${image}:1"\n`;
      const { release } = await client.createRelease({ body: { environment, appToml: ready } });
      for (const what of ["1", digest]) await fetch(`${manifests}/${what}`, { method: "DELETE" });
      const rollout = await client.createRollout({
        body: { service: "gone", environment, release: release.name, idempotencyKey: "the image is gone" },
      });
      const told = await real.fairway(1, "rollouts", String(rollout.number), "--follow");
      show(told);
      for (const words of [/ImageNotFound/, /base\/gone/]) assert.match(told, words);
    });
  });

  it("gets credentials for a private registry into the clusters, and into nothing that people read", async () => {
    const [password, pusher] = ["s3cret-of-the-test", "pusher"];
    const { stdout: htpasswd } = await promisify(execFile)("htpasswd", ["-Bbn", "-C", "5", pusher, password]);
    const host = real.kubernetes.registry.replace(/:\d+$/, "");
    const registry = await startDockerRegistry({ htpasswd, host });
    try {
      for (const cluster of real.kubernetes.clusters) await cluster.allowRegistry(registry.address);
      const auth = Buffer.from(`${pusher}:${password}`).toString("base64");
      await fillRegistry({ address: registry.address, authorization: `Basic ${auth}` }, real.kubernetes.binaries.pause);
      const prefix = `${registry.address}/team`;
      const base = `node=${registry.address}/${nodeImage}`;
      const plain = ["--env", environment, "--plain-http", "--base", base];
      const refused = await real.fairway(1, "registry", "add", "main", prefix, ...plain);
      assert.match(refused, /credentials/);
      const config = path.join(real.platform.folder, "docker.json");
      await writeFile(config, JSON.stringify({ auths: { [registry.address]: { auth } } }));
      await real.fairway(0, "registry", "add", "main", prefix, ...plain, "--docker-config", config);

      const files = { "app.toml": appToml("private"), "index.js": server("private") };
      const folder = await writeService(real.platform, "private", files);
      const told = await real.fairway(0, "deploy", folder, "--env", environment, "--json");
      for (const cluster of real.kubernetes.clusters) {
        assert.equal(await (await fetch(await serviceUrl(cluster, "private"))).text(), "private");
      }
      const { items } = await real.platform.client.listReleases({
        params: { service: "private" },
        query: { environment },
      });
      const pages = await real.platform.client.listServiceObjects({
        params: { service: "private" },
        query: { environment },
      });
      for (const text of [told, JSON.stringify(items), JSON.stringify(pages)]) {
        for (const secret of [password, auth]) assert.ok(!text.includes(secret), "a secret is shown");
      }
    } finally {
      await registry.stop();
    }
  });
});

interface Load {
  stop(): Promise<{
    readonly answered: number;
    readonly failed: readonly string[];
    readonly bodies: ReadonlySet<string>;
  }>;
}

/** Requests at a constant rate, each on a connection of its own. */
function load(url: string, perSecond: number): Load {
  const failed: string[] = [];
  const bodies = new Set<string>();
  const running = new Set<Promise<void>>();
  let answered = 0;
  const timer = setInterval(() => {
    const one = fetch(url, { headers: { connection: "close" }, signal: AbortSignal.timeout(15_000) }).then(
      async (answer) => {
        const body = await answer.text();
        if (!answer.ok) failed.push(`${answer.status} ${body}`);
        else {
          answered += 1;
          bodies.add(body);
        }
      },
      (error: Error) => void failed.push(String(error.cause ?? error)),
    );
    running.add(one);
    void one.finally(() => running.delete(one));
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return { answered, failed, bodies };
    },
  };
}
