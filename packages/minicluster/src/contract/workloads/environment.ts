import assert from "node:assert/strict";
import { type Container, isFinished, isReady } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { configMaps, pods, type Stage, secrets, stageIn } from "../stage.ts";
import { container, idle, pod } from "./objects.ts";

/** What a container finds in its environment, and its words. */
export function environmentCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("variables of ConfigMaps and Secrets, the later ones winning", async (stage) => {
    await stage.create(configMaps, { metadata: { name: "c" }, data: { A: "map a", B: "map b", C: "map c" } });
    await stage.create(secrets, { metadata: { name: "s" }, stringData: { B: "secret b", D: "secret d" } });
    const found = await environmentOf(stage, {
      envFrom: [
        { configMapRef: { name: "c" } },
        { secretRef: { name: "s" } },
        { prefix: "P_", configMapRef: { name: "c" } },
        { configMapRef: { name: "absent", optional: true } },
        { secretRef: { name: "absent", optional: true } },
      ],
      env: [
        { name: "C", value: "own" },
        { name: "E", valueFrom: { configMapKeyRef: { name: "c", key: "A" } } },
        { name: "F", valueFrom: { secretKeyRef: { name: "s", key: "D" } } },
        { name: "G", valueFrom: { configMapKeyRef: { name: "c", key: "absent", optional: true } } },
        { name: "H", valueFrom: { secretKeyRef: { name: "absent", key: "k", optional: true } } },
        { name: "I", value: "" },
      ],
    });
    const names = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "P_A", "P_B"];
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, found[name]])), {
      A: "map a",
      B: "secret b",
      C: "own",
      D: "secret d",
      E: "map a",
      F: "secret d",
      G: undefined,
      H: undefined,
      I: "",
      P_A: "map a",
      P_B: "map b",
    });
  });

  test("variables of the pod's own fields and resources", async (stage) => {
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    const resource = (name: string, of: string, divisor?: string) => ({
      name,
      valueFrom: { resourceFieldRef: { resource: of, ...(divisor === undefined ? {} : { divisor }) } },
    });
    const found = await environmentOf(
      stage,
      {
        resources: { limits: { memory: "256Mi", cpu: "1500m" }, requests: { memory: "32Mi", cpu: "10m" } },
        env: [
          field("NAME", "metadata.name"),
          field("NAMESPACE", "metadata.namespace"),
          field("UID_OF_POD", "metadata.uid"),
          field("LABEL", "metadata.labels['color']"),
          field("ANNOTATION", "metadata.annotations['contract.test/note']"),
          field("NO_LABEL", "metadata.labels['absent']"),
          field("NODE", "spec.nodeName"),
          field("ACCOUNT", "spec.serviceAccountName"),
          field("POD_IP", "status.podIP"),
          field("HOST_IP", "status.hostIP"),
          resource("MEMORY", "limits.memory"),
          resource("MEMORY_MI", "limits.memory", "1Mi"),
          resource("CPU", "limits.cpu"),
          resource("CPU_MILLI", "requests.cpu", "1m"),
        ],
      },
      { labels: { color: "blue" }, annotations: { "contract.test/note": "kept" } },
    );
    const stored = await stage.get(pods, "p");
    const expected: Record<string, string | undefined> = {
      NAME: "p",
      NAMESPACE: stage.namespace,
      UID_OF_POD: stored?.metadata.uid,
      LABEL: "blue",
      ANNOTATION: "kept",
      NO_LABEL: "",
      NODE: stored?.spec?.nodeName,
      ACCOUNT: "default",
      HOST_IP: stored?.status?.hostIP,
      MEMORY: String(256 * 1024 * 1024),
      MEMORY_MI: "256",
      CPU: "2",
      CPU_MILLI: "10",
      HOSTNAME: "p",
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])), expected);
    assert.match(found["POD_IP"] ?? "", /^[\d.]+$/);
  });

  test("$(NAME) is replaced in values, command and arguments, as far as it is known", async (stage) => {
    const env = [
      { name: "A", value: "one" },
      { name: "B", value: "$(A) two $(LATER) $$(A) $A $(" },
      { name: "LATER", value: "later" },
      { name: "SCRIPT", value: "console.log(JSON.stringify(process.env.B), JSON.stringify(process.argv.slice(1)))" },
    ];
    const command = ["node", "-e", "$(SCRIPT)", "--"];
    const args = ["$(A)", "$(UNKNOWN)", "$$(A)", "x$(LATER)y"];
    await stage.create(pods, pod("p", [container(stage, "", { command, args, env })], { restartPolicy: "Never" }));
    await stage.until(pods, "p", "finished", isFinished);
    const text = await stage.untilLogged("p", /\n/);
    const shown = ["one two $(LATER) $(A) $A $(", ["one", "$(UNKNOWN)", "$(A)", "xlatery"]];
    assert.equal(text.trim(), shown.map((part) => JSON.stringify(part)).join(" "));
  });

  test("a ConfigMap that changes does not change what runs", async (stage) => {
    await stage.create(configMaps, { metadata: { name: "c" }, data: { A: "before" } });
    const script = `setInterval(() => console.log(process.env.A), 200); process.on("SIGTERM", () => process.exit(0));`;
    await stage.create(pods, pod("p", [container(stage, script, { envFrom: [{ configMapRef: { name: "c" } }] })]));
    await stage.until(pods, "p", "ready", isReady);
    await stage.patch(configMaps, "c", { data: { A: "after" } });
    const text = await stage.untilLogged("p", /(before\n){5}/);
    assert.ok(!text.includes("after"));
  });

  test("a whole ConfigMap that is missing is waited for", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, idle, { envFrom: [{ configMapRef: { name: "c" } }] })]));
    await stage.create(pods, pod("q", [container(stage, idle, { envFrom: [{ secretRef: { name: "s" } }] })]));
    await stage.untilTold("p", /^Warning Failed: Error: configmap "c" not found$/);
    await stage.untilTold("q", /^Warning Failed: Error: secret "s" not found$/);
  });
}

async function environmentOf(
  stage: Stage,
  fields: Omit<Partial<Container>, "env"> & { readonly env: readonly object[] },
  metadata: object = {},
): Promise<Record<string, string>> {
  const { env, ...others } = fields;
  const one = { ...container(stage, "console.log(JSON.stringify(process.env))", others), env };
  await stage.create(pods, {
    metadata: { name: "p", ...metadata },
    spec: { containers: [one], restartPolicy: "Never", terminationGracePeriodSeconds: 1 },
  });
  await stage.until(pods, "p", "finished", isFinished);
  return JSON.parse(await stage.untilLogged("p", /\n/));
}
