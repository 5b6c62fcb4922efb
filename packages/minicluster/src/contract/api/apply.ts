import { type JsonObject, objectsAt, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment, service } from "./objects.ts";

/** Who owns what; in the order of names, because that of the times depends on when a second ends. */
const owners = (body: JsonObject): JsonObject[] => {
  const key = (entry: JsonObject) =>
    ["operation", "manager", "subresource"].map((field) => textAt(entry, field)).join(" ");
  return objectsAt(body, "metadata", "managedFields")
    .filter(({ manager }) => !controllers.includes(String(manager)))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

/** They write as well, at a time of their own. */
const controllers = ["kube-controller-manager", "deployment-controller"];
const stored = (body: JsonObject) => ({
  owners: owners(body),
  content: body["data"] ?? Object(body["spec"]).template?.spec.containers ?? body["spec"] ?? null,
  ...(Object(body["metadata"]).labels === undefined ? {} : { labels: Object(body["metadata"]).labels }),
});
const show = stored;

const named = (name: string, data: JsonObject, metadata: JsonObject = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});

/** A Deployment of which only variables of one container are told. */
const variables = (name: string, env: readonly JsonObject[]) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: { template: { spec: { containers: [{ name: "app", env: [...env] }] } } },
});

/** Server-side apply, and `managedFields` as the real server writes them. */
export function applyCases(each: Register): void {
  const talk = dialogues(each, "apply", { ownership: true });

  talk("an apply makes an object and changes it; the same again changes nothing", async ({ patch, note }) => {
    const path = "configmaps/c?fieldManager=a";
    await patch("apply", path, named("c", { A: "1", B: "2" }));
    const changed = await patch("apply", path, named("c", { A: "1", B: "3" }));
    const again = await patch("apply", path, named("c", { A: "1", B: "3" }));
    const version = (body: JsonObject) => Object(body["metadata"]).resourceVersion;
    note("same version", version(changed.body) === version(again.body));
  });
  talk("two managers own different variables of one container", async ({ patch }) => {
    await patch("apply", "deployments/d?fieldManager=a", deployment("d", {}, { env: [{ name: "A", value: "1" }] }), {
      show,
    });
    await patch("apply", "deployments/d?fieldManager=b", variables("d", [{ name: "B", value: "2" }]), { show });
    await patch("apply", "deployments/d?fieldManager=b", variables("d", [{ name: "C", value: "3" }]), { show });
    await patch("apply", "deployments/d?fieldManager=a", deployment("d", {}, { env: [{ name: "A", value: "4" }] }), {
      show,
    });
  });
  talk("a field of somebody else is not overwritten", async ({ prepare, patch }) => {
    const apply = "application/apply-patch+yaml";
    await prepare("PATCH", "configmaps/c?fieldManager=a", named("c", { A: "1", B: "2" }), apply);
    await patch("apply", "configmaps/c?fieldManager=b", named("c", { A: "9" }), { show });
    await patch("apply", "configmaps/c?fieldManager=b", named("c", { A: "9", B: "9" }), { show });
  });
  talk("a conflict names the container's variable and each manager", async ({ prepare, patch }) => {
    const apply = "application/apply-patch+yaml";
    await prepare(
      "PATCH",
      "deployments/d?fieldManager=a",
      deployment("d", { replicas: 0 }, { env: [{ name: "A", value: "1" }] }),
      apply,
    );
    await prepare("PATCH", "deployments/d?fieldManager=b", variables("d", [{ name: "B", value: "1" }]), apply);
    await prepare(
      "PATCH",
      "deployments/d?fieldManager=c",
      { spec: { minReadySeconds: 3 } },
      "application/merge-patch+json",
    );
    const wanted = variables("d", [
      { name: "A", value: "2" },
      { name: "B", value: "2" },
    ]);
    const spec = { ...wanted.spec, replicas: 2, minReadySeconds: 4 };
    await patch("apply", "deployments/d?fieldManager=z", { ...wanted, spec }, { show });
  });
  talk("force takes a field over", async ({ prepare, patch }) => {
    const apply = "application/apply-patch+yaml";
    await prepare("PATCH", "configmaps/c?fieldManager=a", named("c", { A: "1", B: "2" }), apply);
    await patch("apply", "configmaps/c?fieldManager=b&force=true", named("c", { A: "9" }), { show });
    await patch("apply", "configmaps/c?fieldManager=a", named("c", { B: "2" }), { show });
  });
  talk("what its only owner leaves out goes", async ({ patch }) => {
    const path = "configmaps/c?fieldManager=a";
    await patch("apply", path, named("c", { A: "1", B: "2" }, { labels: { x: "1", y: "2" } }), { show });
    await patch("apply", path, named("c", { A: "1" }, { labels: { x: "1" } }), { show });
    await patch("apply", path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }, { show });
  });
  talk("what two own with one value stays until both leave it out", async ({ patch }) => {
    await patch("apply", "configmaps/c?fieldManager=a", named("c", { A: "1", B: "2" }), { show });
    await patch("apply", "configmaps/c?fieldManager=b", named("c", { B: "2" }), { show });
    await patch("apply", "configmaps/c?fieldManager=a", named("c", { A: "1" }), { show });
    await patch("apply", "configmaps/c?fieldManager=b", named("c", {}), { show });
  });
  talk("what a person set by an update is his, and an apply meets him", async ({ prepare, put, patch }) => {
    await prepare("POST", "configmaps?fieldManager=person", configMap("c"));
    await patch("apply", "configmaps/c?fieldManager=a", named("c", { A: "1" }), { show });
    await put("configmaps/c?fieldManager=person", configMap("c", { data: { A: "2" } }), { show });
    await patch("apply", "configmaps/c?fieldManager=a", named("c", { A: "3" }), { show });
    await patch("apply", "configmaps/c?fieldManager=a&force=true", named("c", { A: "3" }), { show });
  });
  talk("creates and updates are owned by the client's name when it gives none", async ({ post, patch }) => {
    await post("configmaps", configMap("c"), { show, headers: { "user-agent": "tool/v1.2 (linux)" } });
    await patch("merge", "configmaps/c", { data: { B: "2" } }, { show, headers: { "user-agent": "zool" } });
  });
  talk("each kind of patch makes its sender an owner by Update", async ({ prepare, patch }) => {
    await prepare("POST", "configmaps?fieldManager=a", configMap("c"));
    await patch("json", "configmaps/c?fieldManager=b", [{ op: "add", path: "/data/B", value: "2" }], { show });
    await patch("merge", "configmaps/c?fieldManager=c", { data: { C: "3" } }, { show });
    await patch("strategic", "configmaps/c?fieldManager=d", { data: { D: "4" } }, { show });
    await patch("merge", "configmaps/c?fieldManager=e", { data: { A: null } }, { show });
  });
  talk("the status is owned through its subresource", async ({ prepare, patch, get }) => {
    await prepare("POST", "services?fieldManager=a", service("s", { type: "LoadBalancer" }));
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }] } };
    await patch("merge", "services/s/status?fieldManager=b", { status }, { show: ({ status: now }) => now });
    await patch(
      "merge",
      "services/s?fieldManager=c",
      { status: { loadBalancer: null }, metadata: { labels: { a: "b" } } },
      {
        show: ({ status: now }) => now,
      },
    );
    await get("services/s", { show: owners });
    const applied = { apiVersion: "v1", kind: "Service", metadata: { name: "s" }, status };
    await patch("apply", "services/s/status?fieldManager=d", applied, { show: owners });
  });
  talk("scaling is owned through its subresource, and an apply meets it", async ({ prepare, patch, get }) => {
    const apply = "application/apply-patch+yaml";
    await prepare("PATCH", "deployments/d?fieldManager=a", deployment("d"), apply);
    await patch("merge", "deployments/d/scale?fieldManager=s", { spec: { replicas: 1 } }, { show: ({ spec }) => spec });
    await get("deployments/d", { show: (body) => owners(body).filter((entry) => entry["subresource"] === "scale") });
    await patch("apply", "deployments/d?fieldManager=a", deployment("d"), { show });
  });
  talk("a Service's ports are told apart by number and protocol", async ({ patch }) => {
    const own = (port: number, name: string) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s" },
      spec: { ports: [{ name, port }] },
    });
    await patch("apply", "services/s?fieldManager=a", service("s"), { show });
    await patch("apply", "services/s?fieldManager=b", own(81, "more"), { show });
    await patch("apply", "services/s?fieldManager=c", own(80, "other"), { show });
    await patch("apply", "services/s?fieldManager=b", { ...own(81, "more"), spec: {} }, { show });
  });
  talk("finalizers and owners are sets and lists with keys", async ({ patch }) => {
    await patch("apply", "configmaps/c?fieldManager=a", named("c", {}, { finalizers: ["example.com/a"] }), { show });
    await patch("apply", "configmaps/c?fieldManager=b", named("c", {}, { finalizers: ["example.com/b"] }), {
      show: ({ metadata }) => metadata,
    });
    await patch("apply", "configmaps/c?fieldManager=a", named("c", {}), { show: ({ metadata }) => metadata });
    await patch("apply", "configmaps/c?fieldManager=b", named("c", {}), { show: ({ metadata }) => metadata });
  });
  talk(
    "a person with kubectl's own apply passes to server-side apply without a conflict",
    async ({ prepare, patch }) => {
      const applied = JSON.stringify(named("c", { A: "1" }));
      const annotations = { "kubectl.kubernetes.io/last-applied-configuration": applied };
      await prepare(
        "POST",
        "configmaps?fieldManager=kubectl-client-side-apply",
        named("c", { A: "1" }, { annotations }),
      );
      await patch("apply", "configmaps/c?fieldManager=kubectl", named("c", { A: "2" }), { show });
    },
  );
  talk("owners are forgotten by an empty list, and found again by the next apply", async ({ prepare, patch }) => {
    const apply = "application/apply-patch+yaml";
    await prepare("PATCH", "configmaps/c?fieldManager=a", named("c", { A: "1" }), apply);
    await patch("merge", "configmaps/c", { metadata: { managedFields: [{}] } }, { show });
    await patch("merge", "configmaps/c", { data: { B: "2" } }, { show });
    await patch("apply", "configmaps/c?fieldManager=b", named("c", { B: "3" }), { show });
    await patch("apply", "configmaps/c?fieldManager=b&force=true", named("c", { B: "3" }), { show });
  });
  talk("an apply needs a manager, a kind and fields that are there", async ({ patch }) => {
    await patch("apply", "configmaps/c", named("c", {}));
    await patch("apply", "configmaps/c?fieldManager=a", { ...named("c", {}), apiVersion: "v2" });
    await patch("apply", "configmaps/c?fieldManager=a", { ...named("c", {}), kind: "Secret" });
    await patch("apply", "configmaps/c?fieldManager=a", { metadata: { name: "c" } });
    await patch("apply", "configmaps/c?fieldManager=a", named("other", {}));
    await patch("apply", "configmaps/c?fieldManager=a", named("c", {}, { managedFields: [] }));
    await patch("apply", `configmaps/c?fieldManager=${"x".repeat(129)}`, named("c", {}));
    await patch("apply", "configmaps/c?fieldManager=a", "{", { loosely: true });
    await patch("apply", "configmaps/c?fieldManager=a", "[]", { loosely: true });
    await patch("apply", "configmaps/c?fieldManager=a", "a: b: c", { loosely: true });
  });
  talk("an apply of what does not fit the schema is refused", async ({ patch }) => {
    const path = "deployments/d?fieldManager=a";
    await patch("apply", path, { ...deployment("d"), spec: { replicas: "two" } });
    await patch("apply", path, { ...deployment("d"), spec: { ...Object(deployment("d")["spec"]), colour: "red" } });
    await patch("apply", path, deployment("d", {}, { env: [{ value: "without a name" }] }));
    const twice = [
      { name: "A", value: "1" },
      { name: "A", value: "2" },
    ];
    await patch("apply", path, deployment("d", {}, { env: twice }));
    await patch("apply", path, deployment("d", {}, { ports: [{ name: "http" }] }));
  });
  talk("an apply may be YAML", async ({ patch }) => {
    const yaml =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  A: 'yes'\n  B: |\n    two\n    lines\n";
    await patch("apply", "configmaps/c?fieldManager=a", yaml);
  });
}
