import assert from "node:assert/strict";
import { isFinished, isReady } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { configMaps, pods, type Stage, secrets, stageIn } from "../stage.ts";
import { container, idle, pod } from "./objects.ts";
import { containerOf, waitingOf } from "./statuses.ts";

/** Our embedded cluster cannot mount: paths lie below this variable's folder there. */
const file = (path: string): string => `(process.env.FAIRWAY_ROOT ?? "") + ${JSON.stringify(path)}`;
const read = (path: string): string => `require("node:fs").readFileSync(${file(path)}, "utf8")`;
const show = (value: string): string => `console.log(JSON.stringify(${value}));`;

/** Files of ConfigMaps and Secrets, and folders for a pod's own. */
export function volumeCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a ConfigMap is a folder of files", async (stage) => {
    const data = { "a.txt": "first", "b.txt": "second\n" };
    await stage.create(configMaps, { metadata: { name: "c" }, data, binaryData: { "c.bin": "AAEC" } });
    const script = show(
      `[...["a.txt", "b.txt"].map((name) => require("node:fs").readFileSync(${file("/etc/app/")} + name, "utf8")), [...require("node:fs").readFileSync(${file("/etc/app/c.bin")})], require("node:fs").readdirSync(${file("/etc/app")}).filter((name) => !name.startsWith("..")).sort()]`,
    );
    const seen = await run(
      stage,
      script,
      [{ name: "v", configMap: { name: "c" } }],
      [{ name: "v", mountPath: "/etc/app" }],
    );
    assert.deepEqual(seen, ["first", "second\n", [0, 1, 2], ["a.txt", "b.txt", "c.bin"]]);
  });

  test("a Secret is a folder of files", async (stage) => {
    await stage.create(secrets, { metadata: { name: "s" }, stringData: { password: "hidden" } });
    const volumes = [{ name: "v", secret: { secretName: "s" } }];
    const seen = await run(stage, show(read("/run/keys/password")), volumes, [
      { name: "v", mountPath: "/run/keys", readOnly: true },
    ]);
    assert.equal(seen, "hidden");
  });

  test("keys are chosen and given other names", async (stage) => {
    await stage.create(configMaps, { metadata: { name: "c" }, data: { a: "1", b: "2" } });
    const volumes = [{ name: "v", configMap: { name: "c", items: [{ key: "b", path: "deep/name.txt" }] } }];
    const script = show(
      `[${read("/etc/app/deep/name.txt")}, require("node:fs").readdirSync(${file("/etc/app")}).filter((name) => !name.startsWith(".."))]`,
    );
    assert.deepEqual(await run(stage, script, volumes, [{ name: "v", mountPath: "/etc/app" }]), ["2", ["deep"]]);
  });

  test("one file of a ConfigMap is mounted by subPath", async (stage) => {
    await stage.create(configMaps, { metadata: { name: "c" }, data: { a: "1", b: "2" } });
    const volumes = [{ name: "v", configMap: { name: "c" } }];
    const mounts = [{ name: "v", mountPath: "/etc/one.txt", subPath: "a" }];
    assert.equal(await run(stage, show(read("/etc/one.txt")), volumes, mounts), "1");
  });

  test("an optional ConfigMap that is missing is an empty folder", async (stage) => {
    const volumes = [{ name: "v", configMap: { name: "absent", optional: true } }];
    const script = show(`require("node:fs").readdirSync(${file("/etc/app")}).filter((name) => !name.startsWith(".."))`);
    assert.deepEqual(await run(stage, script, volumes, [{ name: "v", mountPath: "/etc/app" }]), []);
  });

  test("an emptyDir is shared by the containers of a pod and outlives their restarts", async (stage) => {
    const path = file("/cache/count");
    const counting = `
      const fs = require("node:fs");
      const count = fs.existsSync(${path}) ? Number(fs.readFileSync(${path}, "utf8")) + 1 : 1;
      fs.writeFileSync(${path}, String(count));
      process.exit(count > 1 ? 0 : 1);
    `;
    const reading = `const wait = setInterval(() => { try { if (require("node:fs").readFileSync(${file("/other/count")}, "utf8") === "2") { console.log("seen"); clearInterval(wait); } } catch {} }, 50)`;
    const writer = container(stage, counting, { name: "writer", volumeMounts: [{ name: "v", mountPath: "/cache" }] });
    const reader = container(stage, reading, { name: "reader", volumeMounts: [{ name: "v", mountPath: "/other" }] });
    const fields = { restartPolicy: "OnFailure", volumes: [{ name: "v", emptyDir: {} }] };
    await stage.create(pods, pod("p", [writer, reader], fields));
    const ended = await stage.until(pods, "p", "finished", (p) => isFinished(p) && p);
    assert.deepEqual([ended.status?.phase, containerOf(ended, "writer")?.restartCount], ["Succeeded", 1]);
  });

  test("a pod waits for a ConfigMap that it mounts, and says so", async (stage) => {
    const fields = { volumes: [{ name: "v", configMap: { name: "c" } }] };
    const one = container(stage, idle, { volumeMounts: [{ name: "v", mountPath: "/etc/app" }] });
    await stage.create(pods, pod("p", [one], fields));
    const said = await stage.untilTold("p", /FailedMount/);
    assert.equal(said, 'Warning FailedMount: MountVolume.SetUp failed for volume "v" : configmap "c" not found');
    const waiting = await stage.get(pods, "p");
    assert.deepEqual([waiting?.status?.phase, waiting && waitingOf(waiting)], ["Pending", "ContainerCreating"]);
    await stage.create(configMaps, { metadata: { name: "c" }, data: {} });
    await stage.until(pods, "p", "ready", isReady);
  });
}

async function run(
  stage: Stage,
  script: string,
  volumes: readonly object[],
  mounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
    readonly readOnly?: boolean;
  }[],
): Promise<unknown> {
  const one = container(stage, script, { volumeMounts: mounts });
  await stage.create(pods, pod("p", [one], { volumes, restartPolicy: "Never" }));
  await stage.until(pods, "p", "finished", isFinished);
  return JSON.parse(await stage.untilLogged("p", /\n/));
}
