import assert from "node:assert/strict";
import type { Register } from "../contract-cluster.ts";
import { deployments, pods, replicaSets } from "../stage.ts";
import { idle } from "../workloads/objects.ts";
import { configMapFile, deploymentFile, podFile } from "./kubectl-objects.ts";
import { forEachKubectl, type Person } from "./run-kubectl.ts";

/** What somebody changes: apply, diff, create, patch, label, scale, delete. */
export function kubectlChangeCases(each: Register): void {
  const test = (title: string, body: (person: Person) => Promise<void>): void => forEachKubectl(each, title, body);

  test("apply creates, changes, leaves alone, and takes away what left the file", async ({ run }) => {
    const apply = (data: Readonly<Record<string, string>>) => run(["apply", "-f", "-"], configMapFile("c", data));
    assert.equal(await apply({ a: "1", b: "2" }), "configmap/c created\n");
    assert.equal(await apply({ a: "1", b: "2" }), "configmap/c unchanged\n");
    await run(["patch", "configmap", "c", "-p", '{"data":{"other":"kept"}}']);
    assert.equal(await apply({ a: "3" }), "configmap/c configured\n");
    assert.deepEqual(JSON.parse(await run(["get", "cm", "c", "-o", "jsonpath={.data}"])), { a: "3", other: "kept" });
    const view = JSON.parse(await run(["apply", "view-last-applied", "configmap", "c", "-o", "json"]));
    assert.deepEqual(view.data, { a: "3" });
  });

  test("server-side apply owns fields, and conflicts are told", async ({ run, attempt }) => {
    const args = (...more: string[]) => ["apply", "--server-side", "-f", "-", ...more];
    assert.equal(
      await run(args("--field-manager=one"), configMapFile("c", { a: "1" })),
      "configmap/c serverside-applied\n",
    );
    const conflict = await attempt(args("--field-manager=two"), configMapFile("c", { a: "2" }));
    assert.equal(conflict.code, 1);
    assert.match(conflict.stderr, /Apply failed with 1 conflict: conflict with "one": \.data\.a/);
    await run(args("--field-manager=two", "--force-conflicts"), configMapFile("c", { a: "2" }));
    await run(args("--field-manager=one"), configMapFile("c", {}));
    assert.equal(await run(["get", "cm", "c", "-o", "jsonpath={.data.a}"]), "2");
  });

  test("diff shows what apply would change, and changes nothing", async ({ run, attempt }) => {
    await run(["apply", "-f", "-"], configMapFile("c", { a: "1" }));
    const same = await attempt(["diff", "-f", "-"], configMapFile("c", { a: "1" }));
    assert.deepEqual([same.code, same.stdout], [0, ""]);
    for (const more of [[], ["--server-side", "--force-conflicts"]]) {
      const other = await attempt(["diff", ...more, "-f", "-"], configMapFile("c", { a: "2" }));
      assert.equal(other.code, 1, other.stderr);
      assert.match(other.stdout, /^- {2}a: "1"$/m);
      assert.match(other.stdout, /^\+ {2}a: "2"$/m);
    }
    assert.equal(await run(["get", "cm", "c", "-o", "jsonpath={.data.a}"]), "1");
    const fresh = await attempt(["diff", "-f", "-"], configMapFile("new", { a: "1" }));
    assert.equal(fresh.code, 1);
    assert.match(fresh.stdout, /^\+kind: ConfigMap$/m);
  });

  test("a dry run prints what would be and keeps nothing", async ({ run, attempt, stage }) => {
    const printed = await run(["apply", "--dry-run=server", "-o", "json", "-f", "-"], deploymentFile(stage));
    assert.equal(JSON.parse(printed).spec.progressDeadlineSeconds, 600);
    assert.equal(
      await run(["create", "configmap", "c", "--from-literal=a=1", "--dry-run=server"]),
      "configmap/c created (server dry run)\n",
    );
    assert.equal((await attempt(["get", "configmap", "c"])).code, 1);
    assert.equal((await attempt(["get", "deployment", "web"])).code, 1);
  });

  test("files with mistakes are refused with the field's name", async ({ attempt, stage }) => {
    const wrong = { ...deploymentFile(stage), spec: { ...deploymentFile(stage).spec, replcas: 2 } };
    const strict = await attempt(["apply", "-f", "-"], wrong);
    assert.equal(strict.code, 1);
    assert.match(strict.stderr, /unknown field "spec\.replcas"/);
    const type = await attempt(["apply", "-f", "-"], {
      ...deploymentFile(stage),
      spec: { ...deploymentFile(stage).spec, replicas: "two" },
    });
    assert.equal(type.code, 1);
    const invalid = await attempt(["apply", "-f", "-"], {
      ...deploymentFile(stage),
      spec: { ...deploymentFile(stage).spec, replicas: -1 },
    });
    assert.match(
      invalid.stderr,
      /^The Deployment "web" is invalid: spec\.replicas: Invalid value: -1: must be greater than or equal to 0\n$/,
    );
  });

  test("create makes ConfigMaps, Secrets, Deployments and Jobs of CronJobs", async ({ run, attempt, stage }) => {
    await run(["create", "configmap", "c", "--from-literal=a=1"]);
    const again = await attempt(["create", "configmap", "c"]);
    assert.deepEqual(
      [again.code, again.stderr],
      [1, 'error: failed to create configmap: configmaps "c" already exists\n'],
    );
    await run(["create", "secret", "generic", "s", "--from-literal=k=v"]);
    assert.equal(await run(["get", "secret", "s", "-o", "jsonpath={.data.k}"]), "dg==");
    assert.match(await run(["get", "secrets"]), /^s +Opaque +1 +\d+s$/m);
    assert.equal(
      await run(["create", "deployment", "d", "--image", stage.cluster.image, "--replicas=0"]),
      "deployment.apps/d created\n",
    );
    const command = ["--", "node", "-e", "console.log('once')"];
    await run(["create", "cronjob", "nightly", "--image", stage.cluster.image, "--schedule=0 3 * * *", ...command]);
    assert.match(await run(["get", "cronjobs"]), /^nightly +0 3 \* \* \* +<none> +False +0 +<none> +\d+s$/m);
    assert.equal(await run(["create", "job", "now", "--from=cronjob/nightly"]), "job.batch/now created\n");
    await run(["wait", "--for=condition=Complete", "job/now", "--timeout=60s"]);
    assert.match(
      await run(["get", "jobs"]),
      /^NAME +STATUS +COMPLETIONS +DURATION +AGE\nnow +Complete +1\/1 +\d+s +\d+s\n$/,
    );
    assert.equal(await run(["logs", "job/now"]), "once\n");
    assert.equal(await run(["get", "job", "now", "-o", "jsonpath={.metadata.ownerReferences[0].kind}"]), "CronJob");
    assert.match(
      await run(["describe", "job", "now"]),
      /^Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed$/m,
    );
  });

  test("patch in three ways, label, annotate, set", async ({ run, attempt, stage }) => {
    await run(["apply", "-f", "-"], deploymentFile(stage, { replicas: 0 }));
    const read = (path: string) => run(["get", "deployment", "web", "-o", `jsonpath={${path}}`]);
    assert.equal(
      await run([
        "patch",
        "deployment",
        "web",
        "-p",
        '{"spec":{"template":{"spec":{"containers":[{"name":"app","workingDir":"/tmp"}]}}}}',
      ]),
      "deployment.apps/web patched\n",
    );
    assert.equal(await read(".spec.template.spec.containers[0].workingDir"), "/tmp");
    await run(["patch", "deployment", "web", "--type=merge", "-p", '{"spec":{"minReadySeconds":4}}']);
    await run([
      "patch",
      "deployment",
      "web",
      "--type=json",
      "-p",
      '[{"op":"replace","path":"/spec/minReadySeconds","value":5}]',
    ]);
    assert.equal(await read(".spec.minReadySeconds"), "5");
    assert.equal(await run(["patch", "deployment", "web", "-p", "{}"]), "deployment.apps/web patched (no change)\n");
    assert.equal(await run(["label", "deployment", "web", "team=a"]), "deployment.apps/web labeled\n");
    const taken = await attempt(["label", "deployment", "web", "team=b"]);
    assert.equal(taken.code, 1);
    await run(["label", "deployment", "web", "team=b", "--overwrite"]);
    assert.equal(await run(["label", "deployment", "web", "team-"]), "deployment.apps/web unlabeled\n");
    assert.equal(await run(["annotate", "deployment", "web", "note=one"]), "deployment.apps/web annotated\n");
    assert.equal(await read(".metadata.annotations.note"), "one");
    assert.equal(
      await run(["set", "image", "deployment/web", "app=registry.invalid/app:2"]),
      "deployment.apps/web image updated\n",
    );
    assert.equal(await read(".spec.template.spec.containers[0].image"), "registry.invalid/app:2");
    await run(["set", "env", "deployment/web", "A=1"]);
    assert.equal(await read(".spec.template.spec.containers[0].env[0].value"), "1");
    await run(["set", "resources", "deployment", "web", "--limits=memory=64Mi"]);
    assert.equal(await read(".spec.template.spec.containers[0].resources.limits.memory"), "64Mi");
  });

  test("replace takes the file as it is, and an old one conflicts", async ({ run, attempt }) => {
    await run(["create", "-f", "-"], configMapFile("c", { a: "1" }));
    const old = await run(["get", "configmap", "c", "-o", "json"]);
    assert.equal(await run(["replace", "-f", "-"], configMapFile("c", { b: "2" })), "configmap/c replaced\n");
    assert.equal(await run(["get", "cm", "c", "-o", "jsonpath={.data}"]), '{"b":"2"}');
    const conflict = await attempt(["replace", "-f", "-"], old);
    assert.match(conflict.stderr, /Operation cannot be fulfilled on configmaps "c": the object has been modified/);
  });

  test("scale, with what it is expected to be", async ({ run, attempt, stage }) => {
    await run(["apply", "-f", "-"], deploymentFile(stage));
    assert.equal(await run(["scale", "deployment/web", "--replicas=2"]), "deployment.apps/web scaled\n");
    await run(["wait", "--for=jsonpath={.status.availableReplicas}=2", "deployment/web", "--timeout=60s"]);
    const wrong = await attempt(["scale", "deployment/web", "--current-replicas=7", "--replicas=1"]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /Expected replicas to be 7, was 2/);
    await run(["scale", "deployment", "web", "--replicas=0"]);
    await stage.eventually("no pod", async () => (await stage.list(pods)).length === 0);
  });

  test("delete by name, label and file, waiting or not", async ({ run, attempt, stage }) => {
    for (const name of ["a", "b", "c"])
      await run(["apply", "-f", "-"], podFile(stage, name, idle, {}, { labels: { name } }));
    assert.match(await run(["delete", "pod", "a"]), /^pod "a" deleted/);
    assert.equal((await attempt(["get", "pod", "a"])).code, 1);
    assert.match(await run(["delete", "pods", "-l", "name=b"]), /^pod "b" deleted/);
    assert.match(await run(["delete", "--wait=false", "-f", "-"], podFile(stage, "c", idle)), /^pod "c" deleted/);
    await run(["wait", "--for=delete", "pod/c", "--timeout=60s"]);
    const gone = await attempt(["delete", "pod", "a"]);
    assert.deepEqual([gone.code, gone.stderr], [1, 'Error from server (NotFound): pods "a" not found\n']);
    assert.equal(await run(["delete", "pod", "a", "--ignore-not-found"]), "");
    await run(
      ["apply", "-f", "-"],
      podFile(stage, "slow", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)", {
        terminationGracePeriodSeconds: 600,
      }),
    );
    await run(["wait", "--for=condition=Ready", "pod/slow", "--timeout=60s"]);
    assert.match(await run(["delete", "pod", "slow", "--force", "--grace-period=0"]), /^pod "slow" force deleted/);
    assert.equal((await attempt(["get", "pod", "slow"])).code, 1);
  });

  test("delete leaves or takes along what depends on it", async ({ run, stage }) => {
    await run(["apply", "-f", "-"], deploymentFile(stage));
    await run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    await run(["delete", "deployment", "web", "--cascade=orphan"]);
    const [set] = await stage.list(replicaSets);
    assert.ok(set);
    assert.equal((await stage.list(pods)).length, 1);
    await run(["delete", "replicaset", set.metadata.name, "--cascade=foreground"]);
    assert.equal((await stage.list(pods)).length, 0);
    assert.equal((await stage.list(deployments)).length, 0);
  });
}
