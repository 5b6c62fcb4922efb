import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeApi } from "../testing/fake-api.ts";
import { readNamespace } from "./read-namespace.ts";

test("a namespace is read, kinds that the API lacks or forbids are left out, of Secrets the keys are kept", async (t) => {
  const api = await startFakeApi();
  t.after(() => api.close());
  api.setList("deployments", [{ metadata: { name: "web", namespace: "shop" } }], "5");
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"key":"aHVzaA=="}}' };
  api.setList(
    "secrets",
    [{ metadata: { name: "db", namespace: "shop", annotations }, data: { key: "aHVzaA==" } }],
    "5",
  );
  api.answer(({ path }) => {
    if (path.endsWith("/rollouts")) return { status: 404 };
    return path.endsWith("/rolebindings") ? { status: 403 } : undefined;
  });
  const { objects, forbidden } = await readNamespace({ kubeconfig: api.kubeconfig }, "shop");
  assert.deepEqual(
    objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    ["Secret/db", "Deployment/web"],
  );
  assert.deepEqual(objects[0]?.["data"], { key: "" });
  assert.ok(!JSON.stringify(objects).includes("aHVzaA=="));
  assert.deepEqual(forbidden, ["RoleBinding"]);
  assert.ok(api.seen.every(({ method }) => method === "GET"));
});
