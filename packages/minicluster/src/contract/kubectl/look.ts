import assert from "node:assert/strict";
import type { Register } from "../contract-cluster.ts";
import { idle } from "../workloads/objects.ts";
import { configMapFile, deploymentFile, podFile } from "./kubectl-objects.ts";
import { forEachKubectl, type Person } from "./run-kubectl.ts";

/** What somebody sees who only looks: get, describe, events, explain, rights. */
export function kubectlLookCases(each: Register): void {
  const test = (title: string, body: (person: Person) => Promise<void>): void => forEachKubectl(each, title, body);

  test("get shows tables", async ({ run, stage }) => {
    await run(["apply", "-f", "-"], deploymentFile(stage));
    await run(["wait", "--for=condition=Available", "deployment/web", "--timeout=60s"]);
    assert.match(
      await run(["get", "deployments"]),
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +1\/1 +1 +1 +\d+s\n$/,
    );
    assert.match(
      await run(["get", "deploy", "-o", "wide"]),
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\nweb .* app +\S+ +app=web\n$/,
    );
    assert.match(await run(["get", "rs"]), /^NAME +DESIRED +CURRENT +READY +AGE\nweb-\S+ +1 +1 +1 +\d+s\n$/);
    assert.match(await run(["get", "pods"]), /^NAME +READY +STATUS +RESTARTS +AGE\nweb-\S+ +1\/1 +Running +0 +\d+s\n$/);
    assert.match(
      await run(["get", "po", "-o", "wide"]),
      /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\nweb-\S+ .* +[\d.]+ +\S+ +<none> +<none>\n$/,
    );
    await run(["expose", "deployment", "web", "--port=80", "--target-port=8080"]);
    assert.match(
      await run(["get", "services"]),
      /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nweb +ClusterIP +[\d.]+ +<none> +80\/TCP +\d+s\n$/,
    );
    assert.match(
      await run(["get", "nodes"]),
      /^NAME +STATUS +ROLES +AGE +VERSION\n\S+ +Ready +<none> +\S+ +v1\.36\.\S+\n$/,
    );
    assert.match(await run(["get", "deploy,svc"]), /deployment\.apps\/web [\s\S]*\n\nNAME[\s\S]*service\/web /);
    assert.match(await run(["get", "ns", stage.namespace]), /^NAME +STATUS +AGE\n\S+ +Active +\d+s\n$/);
  });

  test("the STATUS of pods that are not well", async ({ run, stage }) => {
    const { absentImage } = stage.cluster;
    const file = (name: string, script: string, fields = {}) =>
      run(["apply", "-f", "-"], podFile(stage, name, script, fields));
    await file("done", "", { restartPolicy: "Never" });
    await file("failed", "process.exit(1)", { restartPolicy: "Never" });
    await file("crash", "process.exit(1)");
    await file("lost", "", { nodeSelector: { "contract.test/nowhere": "yes" } });
    const image = podFile(stage, "image", "");
    await run(["apply", "-f", "-"], {
      ...image,
      spec: { ...image.spec, containers: image.spec.containers.map((one) => ({ ...one, image: absentImage })) },
    });
    const patterns = [
      /^done +0\/1 +Completed +0 /m,
      /^failed +0\/1 +Error +0 /m,
      /^crash +0\/1 +(CrashLoopBackOff|Error) +\d+ \(\d+s ago\) /m,
      /^lost +0\/1 +Pending +0 /m,
      /^image +0\/1 +(ErrImagePull|ImagePullBackOff) +0 /m,
    ];
    const seen = new Set<RegExp>();
    await stage.eventually("every status", async () => {
      const table = await run(["get", "pods"]);
      for (const pattern of patterns) if (pattern.test(table)) seen.add(pattern);
      return seen.size === patterns.length;
    });
  });

  test("get prints JSON, YAML, names and parts", async ({ run }) => {
    await run(["apply", "-f", "-"], configMapFile("c", { key: "value" }));
    assert.equal(JSON.parse(await run(["get", "configmap", "c", "-o", "json"])).data.key, "value");
    assert.match(
      await run(["get", "cm", "c", "-o", "yaml"]),
      /^apiVersion: v1\ndata:\n {2}key: value\nkind: ConfigMap\n/,
    );
    assert.equal(await run(["get", "cm", "c", "-o", "name"]), "configmap/c\n");
    assert.equal(await run(["get", "cm", "c", "-o", "jsonpath={.data.key}"]), "value");
    assert.equal(await run(["get", "cm", "c", "-o", "go-template={{.metadata.name}}"]), "c");
    assert.match(
      await run(["get", "cm", "c", "-o", "custom-columns=N:.metadata.name,V:.data.key"]),
      /^N +V\nc +value\n$/,
    );
    assert.match(
      await run(["get", "cm", "c", "-o", "yaml", "--show-managed-fields"]),
      /manager: kubectl-client-side-apply/,
    );
  });

  test("get chooses by labels and fields, sorts, shows labels", async ({ run, stage }) => {
    for (const [name, color] of [
      ["a", "red"],
      ["b", "blue"],
    ] as const) {
      await run(
        ["apply", "-f", "-"],
        podFile(stage, name, name === "a" ? "" : idle, { restartPolicy: "Never" }, { labels: { color } }),
      );
    }
    assert.equal(await run(["get", "pods", "-l", "color=red", "-o", "name"]), "pod/a\n");
    assert.equal(await run(["get", "pods", "-l", "color in (red, blue),color!=red", "-o", "name"]), "pod/b\n");
    assert.equal(await run(["get", "pods", "--sort-by=.metadata.labels.color", "-o", "name"]), "pod/b\npod/a\n");
    assert.match(await run(["get", "pods", "--show-labels"]), /^a .* color=red$/m);
    assert.match(await run(["get", "pods", "-L", "color"]), /COLOR\na .* red\n/);
    assert.equal(await run(["get", "pods", "--field-selector=metadata.name=b", "-o", "name"]), "pod/b\n");
    await run(["wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/a", "--timeout=60s"]);
    assert.equal(await run(["get", "pods", "--field-selector=status.phase=Succeeded", "-o", "name"]), "pod/a\n");
    assert.match(await run(["get", "pods", "-A", "-l", "color=red"]), new RegExp(`^${stage.namespace} +a `, "m"));
  });

  test("get says what is not there", async ({ run, attempt, stage }) => {
    const pod = await attempt(["get", "pod", "absent"]);
    assert.deepEqual([pod.code, pod.stderr], [1, 'Error from server (NotFound): pods "absent" not found\n']);
    const kind = await attempt(["get", "nonsense"]);
    assert.deepEqual([kind.code, kind.stderr], [1, 'error: the server doesn\'t have a resource type "nonsense"\n']);
    const none = await attempt(["get", "pods"]);
    assert.deepEqual([none.code, none.stderr], [0, `No resources found in ${stage.namespace} namespace.\n`]);
    assert.equal(await run(["get", "pod", "absent", "--ignore-not-found"]), "");
  });

  test("get follows changes", async ({ run, follow, stage }) => {
    await run(["apply", "-f", "-"], configMapFile("c", { a: "1" }));
    const args = ["get", "configmaps", "-w", "--output-watch-events", "--field-selector=metadata.name=c"];
    const text = await follow(args, /DELETED/, async () => {
      await run(["patch", "configmap", "c", "-p", '{"data":{"b":"2"}}']);
      await run(["delete", "configmap", "c"]);
    });
    assert.match(text, /EVENT +NAME +DATA +AGE\n/);
    assert.match(text, /DELETED +c +2 /);
    const table = await follow(["get", "pods", "-w"], /p +1\/1 +Running/, () =>
      run(["apply", "-f", "-"], podFile(stage, "p", idle)),
    );
    assert.match(table, /^NAME +READY +STATUS +RESTARTS +AGE\n/m);
  });

  test("describe tells of a pod", async ({ run, stage }) => {
    await run(
      ["apply", "-f", "-"],
      podFile(stage, "p", idle, {}, { labels: { app: "web" }, annotations: { note: "kept" } }),
    );
    await run(["wait", "--for=condition=Ready", "pod/p", "--timeout=60s"]);
    await stage.untilTold("p", /Started/);
    const text = await run(["describe", "pod", "p"]);
    for (const line of [
      /^Name: +p$/m,
      new RegExp(`^Namespace: +${stage.namespace}$`, "m"),
      /^Priority: +0$/m,
      /^Service Account: +default$/m,
      /^Node: +\S+\/[\d.]+$/m,
      /^Labels: +app=web$/m,
      /^Status: +Running$/m,
      /^IP: +[\d.]+$/m,
      /^Containers:\n {2}app:\n {4}Container ID: +\S+:\/\/\S+\n {4}Image: +\S+\n {4}Image ID: +\S+$/m,
      /^ {4}State: +Running\n {6}Started: +\S.*\n {4}Ready: +True\n {4}Restart Count: +0$/m,
      /^ {2}Type +Status\n/m,
      /^ {2}Ready +True *$/m,
      /^QoS Class: +BestEffort$/m,
      /^Node-Selectors: +<none>$/m,
      /^Tolerations: +node.kubernetes.io\/not-ready:NoExecute op=Exists for 300s\n +node.kubernetes.io\/unreachable:NoExecute op=Exists for 300s$/m,
      /^ {2}Normal +Scheduled +\d+s +default-scheduler +Successfully assigned /m,
      /^ {2}Normal +Pulled +\d+s +kubelet +(spec.containers\{app\}: )?(Container image|Successfully pulled)/m,
      /^ {2}Normal +Started +\d+s +kubelet +(spec.containers\{app\}: )?Container started$/m,
    ]) {
      assert.match(text, line);
    }
  });

  test("describe tells of a Deployment, a Service and a node", async ({ run, stage }) => {
    await run(["apply", "-f", "-"], deploymentFile(stage));
    await run(["wait", "--for=condition=Available", "deployment/web", "--timeout=60s"]);
    const text = await run(["describe", "deployment", "web"]);
    for (const line of [
      /^Selector: +app=web$/m,
      /^Replicas: +1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable$/m,
      /^StrategyType: +RollingUpdate$/m,
      /^RollingUpdateStrategy: +25% max unavailable, 25% max surge$/m,
      /^ {2}Available +True +MinimumReplicasAvailable$/m,
      /^ {2}Progressing +True +NewReplicaSetAvailable$/m,
      /^NewReplicaSet: +web-\S+ \(1\/1 replicas created\)$/m,
      /ScalingReplicaSet +\d+s +deployment-controller +Scaled up replica set web-\S+ from 0 to 1/,
    ]) {
      assert.match(text, line);
    }
    await run(["expose", "deployment", "web", "--port=80", "--target-port=8080"]);
    await stage.eventually("endpoints", async () =>
      /^Endpoints: +[\d.]+:\d+$/m.test(await run(["describe", "service", "web"])),
    );
    const node = (await run(["get", "nodes", "-o", "jsonpath={.items[0].metadata.name}"])).trim();
    const about = await run(["describe", "node", node]);
    for (const line of [
      /^Conditions:$/m,
      /^ {2}Ready +True .* KubeletReady +kubelet is posting ready status$/m,
      /^Allocatable:$/m,
      /^Non-terminated Pods: +\(\d+ in total\)$/m,
    ]) {
      assert.match(about, line);
    }
  });

  test("events of one object, in their order", async ({ run, stage }) => {
    await run(["apply", "-f", "-"], podFile(stage, "p", idle));
    await stage.untilTold("p", /Started/);
    const text = await run(["events", "--for", "pod/p"]);
    assert.match(text, /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/);
    assert.match(text, /Normal +Started +Pod\/p +Container started/);
    assert.match(
      await run(["get", "events", "--field-selector=reason=Started"]),
      /Normal +Started +pod\/p +Container started/,
    );
    assert.match(await run(["events", "--types=Warning"]), /^$/);
  });

  test("explain, api-resources, api-versions and version", async ({ run }) => {
    const text = await run(["explain", "deployment.spec.strategy"]);
    assert.match(text, /^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n/);
    assert.match(text, /rollingUpdate\t<RollingUpdateDeployment>/);
    const kinds = await run(["api-resources", "--no-headers"]);
    for (const line of [
      /^pods +po +v1 +true +Pod$/m,
      /^deployments +deploy +apps\/v1 +true +Deployment$/m,
      /^services +svc +v1 +true +Service$/m,
      /^cronjobs +cj +batch\/v1 +true +CronJob$/m,
      /^nodes +no +v1 +false +Node$/m,
    ]) {
      assert.match(kinds, line);
    }
    assert.match(await run(["api-versions"]), /^apps\/v1$/m);
    const version = JSON.parse(await run(["version", "-o", "json"]));
    assert.deepEqual([version.serverVersion.major, version.serverVersion.minor], ["1", "36"]);
  });

  test("auth can-i and whoami", async ({ run, attempt, stage }) => {
    assert.equal(await run(["auth", "can-i", "create", "deployments"]), "yes\n");
    assert.equal(await run(["auth", "can-i", "*", "*", "--all-namespaces"]), "yes\n");
    const account = `system:serviceaccount:${stage.namespace}:nobody`;
    const asked = await attempt(["auth", "can-i", "delete", "pods", "--as", account]);
    assert.deepEqual([asked.code, asked.stdout], [1, "no\n"]);
    await run(["create", "role", "looker", "--verb=get,list", "--resource=pods"]);
    await run(["create", "rolebinding", "looks", "--role=looker", `--serviceaccount=${stage.namespace}:nobody`]);
    await stage.eventually(
      "the right",
      async () => (await attempt(["auth", "can-i", "list", "pods", "--as", account])).stdout === "yes\n",
    );
    assert.equal((await attempt(["auth", "can-i", "delete", "pods", "--as", account])).stdout, "no\n");
    const refused = await attempt(["delete", "pod", "x", "--as", account]);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      new RegExp(
        `^Error from server \\(Forbidden\\): pods "x" is forbidden: User "${account}" cannot delete resource "pods" in API group "" in the namespace "${stage.namespace}"`,
      ),
    );
    assert.match(await run(["auth", "whoami"]), /^ATTRIBUTE +VALUE\nUsername +\S+\n/);
  });
}
