import type { JsonObject } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment, service } from "./objects.ts";

const data = (body: JsonObject) => body["data"] ?? null;
const container = (body: JsonObject) => Object(body["spec"]).template.spec.containers;
const podSpec = (body: JsonObject) => Object(body["spec"]).template.spec;
const ports = (body: JsonObject) => Object(body["spec"]).ports;

const env = [
  { name: "A", value: "1" },
  { name: "B", value: "2" },
  { name: "C", value: "3" },
];
const patched = (containers: unknown, more: JsonObject = {}) => ({
  spec: { template: { spec: { containers, ...more } } },
});

/** Patches of all kinds but apply. */
export function patchCases(each: Register): void {
  const talk = dialogues(each, "patches");

  talk("JSON: add, replace, remove, move, copy and test", async ({ prepare, patch }) => {
    await prepare("POST", "configmaps", configMap("c"));
    for (const operations of [
      [{ op: "add", path: "/data/B", value: "2" }],
      [{ op: "replace", path: "/data/B", value: "3" }],
      [{ op: "copy", from: "/data/B", path: "/data/C" }],
      [{ op: "move", from: "/data/C", path: "/data/D" }],
      [
        { op: "test", path: "/data/D", value: "3" },
        { op: "remove", path: "/data/D" },
      ],
      [{ op: "add", path: "/metadata/annotations", value: { "example.com/a": "b" } }],
      [{ op: "add", path: "/metadata/annotations/example.com~1c", value: "d" }],
      [{ op: "remove", path: "/data" }],
    ]) {
      await patch("json", "configmaps/c", operations);
    }
  });
  talk("JSON: an operation that does not fit is refused", async ({ prepare, patch }) => {
    await prepare("POST", "configmaps", configMap("c"));
    for (const operations of [
      [{ op: "remove", path: "/data/Z" }],
      [{ op: "replace", path: "/data/Z", value: "1" }],
      [{ op: "test", path: "/data/A", value: "9" }],
      [{ op: "add", path: "/nowhere/at/all", value: "1" }],
      [{ op: "copy", from: "/data/Z", path: "/data/Y" }],
      [{ op: "invent", path: "/data/A", value: "1" }],
      [{ op: "replace", path: "/metadata/name", value: "other" }],
    ]) {
      await patch("json", "configmaps/c", operations);
    }
    const wrong = [{ op: "replace", path: "/data/A", value: 1 }];
    await patch("json", "configmaps/c", wrong, { loosely: true });
  });
  talk("JSON: lists by index and at their end", async ({ prepare, patch }) => {
    await prepare("POST", "deployments", deployment("d", {}, { env }));
    const path = "/spec/template/spec/containers/0/env";
    await patch("json", "deployments/d", [{ op: "add", path: `${path}/-`, value: { name: "D", value: "4" } }], {
      show: container,
    });
    await patch("json", "deployments/d", [{ op: "add", path: `${path}/1`, value: { name: "AB", value: "" } }], {
      show: container,
    });
    await patch("json", "deployments/d", [{ op: "remove", path: `${path}/0` }], { show: container });
    await patch("json", "deployments/d", [{ op: "remove", path: `${path}/9` }], { show: container });
  });
  talk("merge: maps merge, null removes, lists are replaced", async ({ prepare, patch }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await patch("merge", "configmaps/c", { data: { B: "2" } }, { show: data });
    await patch("merge", "configmaps/c", { data: { A: null } }, { show: data });
    await patch("merge", "configmaps/c", { data: { Z: null } }, { show: data });
    await patch("merge", "configmaps/c", { data: null }, { show: data });
    await prepare("POST", "deployments", deployment("d", {}, { env }));
    await patch("merge", "deployments/d", patched([{ name: "other", image: "registry.invalid/x:1" }]), {
      show: container,
    });
    await patch(
      "merge",
      "deployments/d",
      { spec: { strategy: { type: "Recreate", rollingUpdate: null } } },
      {
        show: ({ spec }) => Object(spec).strategy,
      },
    );
  });
  talk("merge: what a patch makes invalid is refused", async ({ prepare, patch }) => {
    await prepare("POST", "deployments", deployment("d"));
    await patch("merge", "deployments/d", { spec: { selector: null } });
    await patch("merge", "deployments/d", { spec: { replicas: "two" } }, { loosely: true });
    await patch("merge", "deployments/d", { spec: { template: { spec: { containers: null } } } });
    await patch("merge", "deployments/d", { metadata: { name: "other" } });
    await patch("merge", "deployments/d", { kind: "Service" }, { loosely: true });
    await patch("merge", "deployments/absent", { spec: { replicas: 2 } });
  });
  talk("strategic: containers and variables merge by their names", async ({ prepare, patch }) => {
    await prepare("POST", "deployments", deployment("d", {}, { env }));
    await patch("strategic", "deployments/d", patched([{ name: "app", env: [{ name: "B", value: "9" }] }]), {
      show: container,
    });
    await patch("strategic", "deployments/d", patched([{ name: "app", env: [{ name: "D", value: "4" }] }]), {
      show: container,
    });
    await patch("strategic", "deployments/d", patched([{ name: "side", image: "registry.invalid/side:1" }]), {
      show: container,
    });
    await patch("strategic", "deployments/d", patched([{ image: "registry.invalid/side:1" }]), { loosely: true });
  });
  talk("strategic: $patch delete removes an item, replace replaces the list", async ({ prepare, patch }) => {
    await prepare("POST", "deployments", deployment("d", {}, { env }));
    const app = (variables: unknown) => patched([{ name: "app", env: variables }]);
    await patch("strategic", "deployments/d", app([{ name: "B", $patch: "delete" }]), { show: container });
    await patch("strategic", "deployments/d", app([{ name: "Z", $patch: "delete" }]), { show: container });
    await patch("strategic", "deployments/d", app([{ $patch: "replace" }, { name: "N", value: "1" }]), {
      show: container,
    });
    await patch("strategic", "deployments/d", app([{ $patch: "replace" }]), { show: container });
    await patch(
      "strategic",
      "deployments/d",
      { spec: { strategy: { $patch: "replace", type: "Recreate" } } },
      {
        show: ({ spec }) => Object(spec).strategy,
      },
    );
    await patch(
      "strategic",
      "deployments/d",
      { metadata: { labels: { $patch: "delete" } } },
      {
        show: ({ metadata }) => Object(metadata).labels ?? null,
      },
    );
  });
  talk("strategic: $setElementOrder orders a list", async ({ prepare, patch }) => {
    await prepare("POST", "deployments", deployment("d", {}, { env }));
    const ordered = patched([
      {
        name: "app",
        "$setElementOrder/env": [{ name: "C" }, { name: "N" }, { name: "A" }, { name: "B" }],
        env: [{ name: "N", value: "1" }],
      },
    ]);
    await patch("strategic", "deployments/d", ordered, { show: container });
  });
  talk("strategic: $deleteFromPrimitiveList and $retainKeys", async ({ prepare, patch }) => {
    const metadata = { name: "c", finalizers: ["example.com/a", "example.com/b"] };
    await prepare("POST", "configmaps", { ...configMap("c"), metadata });
    const finalizers = ({ metadata: of }: JsonObject) => Object(of).finalizers ?? null;
    await patch("strategic", "configmaps/c", { metadata: { finalizers: ["example.com/c"] } }, { show: finalizers });
    await patch(
      "strategic",
      "configmaps/c",
      { metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/a"] } },
      { show: finalizers },
    );
    await patch("strategic", "configmaps/c", { metadata: { finalizers: null } }, { show: finalizers });
    await prepare("POST", "deployments", deployment("d"));
    await patch(
      "strategic",
      "deployments/d",
      { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } },
      {
        show: ({ spec }) => Object(spec).strategy,
      },
    );
    const volumes = [{ name: "v", emptyDir: {} }];
    await patch("strategic", "deployments/d", patched([], { volumes }), { show: podSpec });
    const changed = [{ name: "v", $retainKeys: ["name", "configMap"], configMap: { name: "c" } }];
    await patch("strategic", "deployments/d", patched([], { volumes: changed }), { show: podSpec });
  });
  talk("strategic: a Service's ports merge by number", async ({ prepare, patch }) => {
    await prepare("POST", "services", service("s"));
    await patch("strategic", "services/s", { spec: { ports: [{ name: "more", port: 81 }] } }, { show: ports });
    await patch("strategic", "services/s", { spec: { ports: [{ port: 80, targetPort: 8080 }] } }, { show: ports });
    await patch("strategic", "services/s", { spec: { ports: [{ port: 80, $patch: "delete" }] } }, { show: ports });
    await patch(
      "strategic",
      "services/s",
      { spec: { selector: { app: null, other: "x" } } },
      { show: ({ spec }) => Object(spec).selector },
    );
  });
  talk("a patch of the wrong form or type is refused", async ({ prepare, patch, ask }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await patch("json", "configmaps/c", { op: "add" }, { loosely: true });
    await patch("merge", "configmaps/c", [1], { loosely: true });
    await patch("strategic", "configmaps/c", [1], { loosely: true });
    await patch("merge", "configmaps/c", '"text"', { loosely: true });
    await patch("merge", "configmaps/c", "{", { loosely: true });
    await patch("json", "configmaps/c", "[", { loosely: true });
    await patch("strategic", "configmaps/c", "{", { loosely: true });
    await patch("merge", "configmaps/c", "", { loosely: true });
    await ask("PATCH", "configmaps/c", { body: {}, contentType: "application/json" });
    await ask("PATCH", "configmaps/c", { body: {}, contentType: "text/plain" });
    await ask("PATCH", "configmaps", { body: {}, contentType: "application/merge-patch+json" });
    await patch("merge", "configmaps/c?force=true", { data: {} });
  });
}
