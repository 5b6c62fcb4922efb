import assert from "node:assert/strict";
import { isReady, type Pod } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { pods, type Stage, stageIn } from "../stage.ts";
import { container, idle, listening, pod, serving } from "./objects.ts";
import { containerOf } from "./statuses.ts";

const quick = { periodSeconds: 1, timeoutSeconds: 1 };
const http = { httpGet: { path: "/health", port: "http" }, ...quick };
/** An exec probe by an expression. */
const exec = (script: string) => ({ exec: { command: ["node", "-e", script] }, ...quick, timeoutSeconds: 5 });

/** Startup, liveness and readiness probes with their thresholds. */
export function probeCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("readiness comes, goes and comes back with what the service answers", async (stage) => {
    const recording = await stage.record(pods);
    const readinessProbe = { ...http, failureThreshold: 1 };
    const script = serving("[3, 4, 5].includes(++asked) ? 503 : 200", "let asked = 0;");
    await stage.create(pods, pod("p", [listening(stage, script, { readinessProbe })]));
    const changes = () => changesOf(recording.seen.map(({ object }) => isReady(object)));
    await recording.until("ready, unready, ready", () => changes().length >= 4);
    recording.close();
    assert.deepEqual(changes().slice(0, 4), [false, true, false, true]);
    assert.equal(containerOf((await stage.get(pods, "p")) ?? nothing)?.restartCount, 0);
    const said = await stage.untilTold("p", /Unhealthy: .*503/);
    assert.equal(said, "Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503");
  });

  test("a ready container stays ready below the failure threshold", async (stage) => {
    const recording = await stage.record(pods);
    const readinessProbe = { ...http, failureThreshold: 30 };
    const script = serving("++asked > 2 ? 500 : 200", "let asked = 0;");
    await stage.create(pods, pod("p", [listening(stage, script, { readinessProbe })]));
    await stage.untilTold("p", /Unhealthy: .*500/);
    await recording.until("ready", (seen) => seen.some(({ object }) => isReady(object)));
    recording.close();
    assert.deepEqual(changesOf(recording.seen.map(({ object }) => isReady(object))), [false, true]);
  });

  test("readiness needs as many successes as the threshold says", async (stage) => {
    const readinessProbe = { ...http, successThreshold: 3 };
    await stage.create(pods, pod("p", [listening(stage, serving("200"), { readinessProbe })]));
    const ready = await stage.until(pods, "p", "ready", (p) => isReady(p) && p);
    const since = Date.parse(containerOf(ready)?.state?.running?.startedAt ?? "");
    const at = Date.parse(ready.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "");
    assert.ok(at - since >= 1_000, `${at - since} ms`);
  });

  test("nothing listens: the probe says so, and the pod runs on unready", async (stage) => {
    const tcpSocket = { tcpSocket: { port: 8080 }, ...quick };
    const dead = [listening(stage, idle, { name: "tcp", readinessProbe: tcpSocket })];
    await stage.create(pods, pod("p", dead));
    const said = await stage.untilTold("p", /Unhealthy/);
    assert.match(said, /^Warning Unhealthy: Readiness probe failed: dial tcp [\d.]+:\d+: connect: connection refused$/);
    const running = await stage.get(pods, "p");
    assert.deepEqual([running?.status?.phase, isReady(running ?? nothing)], ["Running", false]);
  });

  test("a TCP probe succeeds when something listens", async (stage) => {
    const readinessProbe = { tcpSocket: { port: "http" }, ...quick };
    const script = `setTimeout(() => require("node:net").createServer((s) => s.destroy()).listen(Number(process.env.PORT)), 1000); process.on("SIGTERM", () => process.exit(0));`;
    await stage.create(pods, pod("p", [listening(stage, script, { readinessProbe })]));
    await stage.until(pods, "p", "ready", isReady);
  });

  test("a command is a probe: by its exit code, with its output in the event", async (stage) => {
    const readinessProbe = exec("process.exit(0)");
    const bad = exec("console.log('not yet'); process.exit(3)");
    await stage.create(pods, pod("p", [container(stage, idle, { readinessProbe })]));
    await stage.create(pods, pod("q", [container(stage, idle, { readinessProbe: bad })]));
    await stage.until(pods, "p", "ready", isReady);
    assert.match(await stage.untilTold("q", /Unhealthy/), /^Warning Unhealthy: Readiness probe failed: not yet\s*$/);
  });

  test("a slow answer is a failure", async (stage) => {
    const readinessProbe = { httpGet: { path: "/slow", port: 8080 }, ...quick };
    const script = `require("node:http").createServer(() => {}).listen(Number(process.env.PORT)); process.on("SIGTERM", () => process.exit(0));`;
    await stage.create(pods, pod("p", [listening(stage, script, { readinessProbe })]));
    // The first one may come before anything listens.
    const said = await stage.untilTold("p", /Unhealthy.*Client\.Timeout/);
    assert.match(
      said,
      /Readiness probe failed: Get "http:\/\/[\d.]+:\d+\/slow": context deadline exceeded \(Client\.Timeout exceeded while awaiting headers\)$/,
    );
  });

  test("an HTTP probe sends its headers and names itself", async (stage) => {
    const httpGet = { path: "/health?full=1", port: "http", httpHeaders: [{ name: "X-Asked-By", value: "contract" }] };
    const script = `
      require("node:http").createServer(({ url, headers }, response) => { console.log(url, headers["x-asked-by"], headers["user-agent"]); response.end(); }).listen(Number(process.env.PORT));
      process.on("SIGTERM", () => process.exit(0));
    `;
    await stage.create(pods, pod("p", [listening(stage, script, { readinessProbe: { httpGet, ...quick } })]));
    assert.match(await stage.untilLogged("p", /\n/), /^\/health\?full=1 contract kube-probe\/1\.36\n/);
  });

  test("answers below 400 are healthy, and redirects to other hosts too", async (stage) => {
    const readinessProbe = { httpGet: { path: "/", port: "http" }, ...quick };
    for (const code of [204, 304]) {
      await stage.create(pods, pod(`p${code}`, [listening(stage, serving(String(code)), { readinessProbe })]));
    }
    for (const code of [204, 304]) await stage.until(pods, `p${code}`, "ready", isReady);
  });

  test("a container that fails its liveness probe is killed and started again", async (stage) => {
    const livenessProbe = { ...http, failureThreshold: 2 };
    const script = serving("200", "").replace(
      "response.statusCode = 200",
      "response.statusCode = age > 1500 ? 500 : 200",
    );
    const stubborn = script.replace("process.exit(0)", "process.exit(6)");
    await stage.create(pods, pod("p", [listening(stage, stubborn, { livenessProbe })]));
    const again = await stage.until(pods, "p", "restarted", (p) => (containerOf(p)?.restartCount ?? 0) > 0 && p);
    const last = containerOf(again)?.lastState?.terminated;
    assert.deepEqual([last?.exitCode, last?.reason], [6, "Error"]);
    await stage.untilTold("p", /^Warning Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500$/);
    await stage.untilTold("p", /^Normal Killing: Container app failed liveness probe, will be restarted$/);
  });

  test("a container that hangs is killed by SIGKILL after its grace when its liveness probe fails", async (stage) => {
    const livenessProbe = { ...exec("process.exit(1)"), failureThreshold: 1, initialDelaySeconds: 1 };
    const script = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`;
    await stage.create(pods, pod("p", [container(stage, script, { livenessProbe })]));
    const again = await stage.until(pods, "p", "restarted", (p) => (containerOf(p)?.restartCount ?? 0) > 0 && p);
    assert.equal(containerOf(again)?.lastState?.terminated?.exitCode, 137);
  });

  test("until the startup probe succeeds nothing else is asked and the pod is not started", async (stage) => {
    const startupProbe = { httpGet: { path: "/startup", port: "http" }, ...quick, failureThreshold: 30 };
    const livenessProbe = { httpGet: { path: "/live", port: "http" }, ...quick, failureThreshold: 1 };
    const readinessProbe = { httpGet: { path: "/ready", port: "http" }, ...quick };
    const script = serving(`url === "/startup" && age < 2500 ? 503 : 200`).replace(
      'response.end("said")',
      'console.log(url, response.statusCode); response.end("said")',
    );
    const recording = await stage.record(pods);
    await stage.create(pods, pod("p", [listening(stage, script, { startupProbe, livenessProbe, readinessProbe })]));
    await recording.until("ready", (seen) => seen.some(({ object }) => isReady(object)));
    recording.close();
    const text = await stage.untilLogged("p", /\/live[\s\S]*\/ready|\/ready[\s\S]*\/live/);
    const lines = text.trim().split("\n");
    const firstOther = lines.findIndex((line) => !line.startsWith("/startup"));
    assert.equal(lines[firstOther - 1], "/startup 200");
    assert.ok(
      lines.slice(0, firstOther - 1).every((line) => line === "/startup 503"),
      text,
    );
    assert.ok(
      lines.slice(firstOther).every((line) => !line.startsWith("/startup")),
      text,
    );
    const started = changesOf(
      recording.seen.flatMap(({ object }) =>
        containerOf(object)?.state?.running ? [containerOf(object)?.started ?? false] : [],
      ),
    );
    assert.deepEqual(started, [false, true]);
  });

  test("a container that does not start in time is killed", async (stage) => {
    const startupProbe = { ...exec("process.exit(1)"), failureThreshold: 2 };
    await stage.create(pods, pod("p", [container(stage, idle, { startupProbe })]));
    await stage.until(pods, "p", "restarted", (p) => (containerOf(p)?.restartCount ?? 0) > 0 && p);
    await stage.untilTold("p", /^Normal Killing: Container app failed startup probe, will be restarted$/);
    assert.match(await stage.untilTold("p", /Unhealthy/), /^Warning Unhealthy: Startup probe failed:/);
  });

  test("a liveness probe's own grace period counts", async (stage) => {
    const livenessProbe = { ...exec("process.exit(1)"), failureThreshold: 1, terminationGracePeriodSeconds: 1 };
    const script = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`;
    const one = container(stage, script, { livenessProbe });
    await stage.create(pods, pod("p", [one], { terminationGracePeriodSeconds: 600 }));
    await stage.until(pods, "p", "restarted", (p) => (containerOf(p)?.restartCount ?? 0) > 0);
    await stage.remove(pods, "p", { gracePeriodSeconds: 0 });
  });

  test("a probe begins after its initial delay", async (stage) => {
    const readinessProbe = { ...http, initialDelaySeconds: 3 };
    await stage.create(pods, pod("p", [listening(stage, serving("200"), { readinessProbe })]));
    const ready = await stage.until(pods, "p", "ready", (p) => isReady(p) && p);
    const since = Date.parse(containerOf(ready)?.state?.running?.startedAt ?? "");
    const at = Date.parse(ready.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "");
    assert.ok(at - since >= 2_000, `${at - since} ms`);
  });
}

const nothing: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "nothing" } };

/** Without repetitions. */
function changesOf(values: readonly boolean[]): boolean[] {
  return values.filter((value, index) => index === 0 || value !== values[index - 1]);
}
