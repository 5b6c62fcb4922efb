import assert from "node:assert/strict";
import type { Register } from "../contract-cluster.ts";
import { failingOnce, idle } from "../workloads/objects.ts";
import { deploymentFile, podFile } from "./kubectl-objects.ts";
import { forEachKubectl, type Person } from "./run-kubectl.ts";

/** What somebody does with what runs: rollout, logs, wait. */
export function kubectlWorkCases(each: Register): void {
  const test = (title: string, body: (person: Person) => Promise<void>): void => forEachKubectl(each, title, body);

  test("rollout status, history, restart and undo", async ({ run, stage }) => {
    const image = (value: string) => deploymentFile(stage, {}, [{ name: "A", value }]);
    await run(["apply", "-f", "-"], image("1"));
    assert.match(
      await run(["rollout", "status", "deployment/web", "--timeout=60s"]),
      /deployment "web" successfully rolled out\n$/,
    );
    await run(["annotate", "deployment/web", "kubernetes.io/change-cause=second", "--overwrite"]);
    await run(["apply", "-f", "-"], image("2"));
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    assert.match(
      await run(["rollout", "history", "deployment/web"]),
      /^deployment.apps\/web *\nREVISION +CHANGE-CAUSE\n1 +\S+\n2 +second\n/,
    );
    assert.match(await run(["rollout", "history", "deployment/web", "--revision=1"]), /A:\t1/);
    assert.equal(await run(["rollout", "undo", "deployment/web"]), "deployment.apps/web rolled back\n");
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    const value = "jsonpath={.spec.template.spec.containers[0].env[0].value}";
    assert.equal(await run(["get", "deployment", "web", "-o", value]), "1");
    assert.match(await run(["rollout", "history", "deployment/web"]), /\n2 .*\n3 /);
    await run(["rollout", "undo", "deployment/web", "--to-revision=2"]);
    assert.equal(await run(["get", "deployment", "web", "-o", value]), "2");
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    assert.equal(await run(["rollout", "restart", "deployment/web"]), "deployment.apps/web restarted\n");
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    assert.match(
      await run(["get", "deployment", "web", "-o", "jsonpath={.spec.template.metadata.annotations}"]),
      /kubectl.kubernetes.io\/restartedAt/,
    );
  });

  test("rollout pause and resume", async ({ run, attempt, stage }) => {
    await run(["apply", "-f", "-"], deploymentFile(stage));
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    assert.equal(await run(["rollout", "pause", "deployment/web"]), "deployment.apps/web paused\n");
    const again = await attempt(["rollout", "pause", "deployment/web"]);
    assert.deepEqual([again.code, again.stderr], [1, 'error: deployments.apps "web" is already paused\n']);
    await run(["set", "env", "deployment/web", "A=2"]);
    assert.equal((await attempt(["rollout", "undo", "deployment/web"])).code, 1);
    assert.equal(await run(["rollout", "resume", "deployment/web"]), "deployment.apps/web resumed\n");
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
  });

  test("rollout status ends when the deadline is over", async ({ run, attempt, stage }) => {
    await run(["apply", "-f", "-"], deploymentFile(stage));
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    await run(["patch", "deployment", "web", "-p", '{"spec":{"progressDeadlineSeconds":6}}']);
    await run(["set", "image", "deployment/web", `app=${stage.cluster.absentImage}`]);
    const late = await attempt(["rollout", "status", "deployment/web", "--timeout=60s"]);
    assert.deepEqual([late.code, late.stderr], [1, 'error: deployment "web" exceeded its progress deadline\n']);
    assert.match(late.stdout, /^(Waiting for deployment spec .*\n)?Waiting for deployment "web" rollout to finish: /);
  });

  test("logs of a pod, of the last lines, of some time, with times", async ({ run, stage }) => {
    await run(
      ["apply", "-f", "-"],
      podFile(stage, "p", `for (let at = 1; at <= 5; at++) console.log("line " + at)`, { restartPolicy: "Never" }),
    );
    await run(["wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/p", "--timeout=60s"]);
    assert.equal(await run(["logs", "p"]), "line 1\nline 2\nline 3\nline 4\nline 5\n");
    assert.equal(await run(["logs", "p", "--tail=2"]), "line 4\nline 5\n");
    assert.equal(await run(["logs", "pod/p", "--since=1h", "--tail=1"]), "line 5\n");
    assert.match(await run(["logs", "p", "--timestamps", "--tail=1"]), /^\d{4}-\S+ line 5\n$/);
    assert.equal(await run(["logs", "p", "--limit-bytes=6"]), "line 1");
    assert.equal(await run(["logs", "p", "-c", "app", "--tail=1", "--prefix"]), "[pod/p/app] line 5\n");
  });

  test("logs by label and by Deployment, and of all containers", async ({ run, stage }) => {
    const file = deploymentFile(stage, { replicas: 2 });
    const talking = JSON.parse(JSON.stringify(file).replace("setInterval", "console.log('hello'); setInterval"));
    await run(["apply", "-f", "-"], talking);
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    await stage.eventually("both", async () => (await run(["logs", "-l", "app=web"])) === "hello\nhello\n");
    assert.match(await run(["logs", "deployment/web"]), /hello\n$/);
    assert.match(
      await run(["logs", "-l", "app=web", "--prefix", "--all-containers"]),
      /^\[pod\/web-\S+\/app\] hello\n\[pod\/web-/,
    );
  });

  test("logs of the run before, and why there are none", async ({ run, attempt, stage }) => {
    await run(["apply", "-f", "-"], { apiVersion: "v1", kind: "Pod", ...failingOnce(stage, "p") });
    await stage.eventually("a run before", async () => (await attempt(["logs", "p", "--previous"])).stdout === "run\n");
    await run(["apply", "-f", "-"], podFile(stage, "q", idle));
    await run(["wait", "--for=condition=Ready", "pod/q", "--timeout=60s"]);
    const none = await attempt(["logs", "q", "--previous"]);
    assert.deepEqual(
      [none.code, none.stderr],
      [1, 'Error from server (BadRequest): previous terminated container "app" in pod "q" not found\n'],
    );
    const wrong = await attempt(["logs", "q", "-c", "other"]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /^error: container other is not valid for pod q( out of: app)?\n$/);
    const absent = await attempt(["logs", "absent"]);
    assert.match(absent.stderr, /pods "absent" not found/);
  });

  test("logs are followed", async ({ run, follow, stage }) => {
    await run(
      ["apply", "-f", "-"],
      podFile(
        stage,
        "p",
        `let at = 0; setInterval(() => console.log("line " + ++at), 200); process.on("SIGTERM", () => process.exit(0));`,
      ),
    );
    await run(["wait", "--for=condition=Ready", "pod/p", "--timeout=60s"]);
    const text = await follow(["logs", "-f", "p"], /line 8\n/, async () => undefined);
    assert.match(text, /^line 1\nline 2\nline 3\n/);
  });

  test("wait for a condition, a value, a deletion; and in vain", async ({ run, attempt, stage }) => {
    await run(["apply", "-f", "-"], podFile(stage, "p", idle));
    assert.equal(await run(["wait", "--for=condition=Ready", "pod/p", "--timeout=60s"]), "pod/p condition met\n");
    assert.equal(
      await run(["wait", "--for=jsonpath={.status.phase}=Running", "pod/p", "--timeout=60s"]),
      "pod/p condition met\n",
    );
    assert.equal(await run(["wait", "--for=create", "pod/p", "--timeout=60s"]), "pod/p condition met\n");
    const vain = await attempt(["wait", "--for=condition=Ready=false", "pod/p", "--timeout=1s"]);
    assert.deepEqual([vain.code, vain.stderr], [1, "error: timed out waiting for the condition on pods/p\n"]);
    const [gone] = await Promise.all([
      run(["wait", "--for=delete", "pod/p", "--timeout=60s"]),
      run(["delete", "pod", "p", "--wait=false"]),
    ]);
    assert.match(gone, /^(pod\/p condition met\n)?$/);
    const absent = await attempt(["wait", "--for=condition=Ready", "pod/p", "--timeout=5s"]);
    assert.deepEqual([absent.code, absent.stderr], [1, 'Error from server (NotFound): pods "p" not found\n']);
  });
}
