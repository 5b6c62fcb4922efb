import assert from "node:assert/strict";
import { test } from "node:test";
import { inspectKubeconfig } from "../kubeconfig/load-kubeconfig.ts";
import { startFakeApi } from "../testing/fake-api.ts";
import { makeAccount } from "./make-account.ts";

const made = "/api/v1/namespaces/fairway-system";

test("an account is made in order, and its kubeconfig has its token and nothing of who made it", async (t) => {
  const api = await startFakeApi();
  t.after(api.close);
  let asked = 0;
  api.answer(({ method, path }) => {
    if (method === "PATCH") return { status: 201 };
    if (!path.endsWith("/secrets/fairway-token")) return undefined;
    asked += 1;
    // The cluster fills it a moment after it was made.
    const token = Buffer.from("of-the-account").toString("base64");
    return { status: 200, body: { data: asked < 3 ? {} : { token } } };
  });
  const kubeconfig = await makeAccount({ name: "berlin", kubeconfig: api.kubeconfig });
  assert.deepEqual(
    api.seen.filter(({ method }) => method === "PATCH").map(({ path, query }) => [path, query["fieldManager"]]),
    [
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/fairway",
      made,
      `${made}/serviceaccounts/fairway`,
      "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/fairway",
      `${made}/secrets/fairway-token`,
    ].map((path) => [path, "fairway-account"]),
  );
  assert.equal(asked, 3);
  const facts = await inspectKubeconfig({ kubeconfig });
  assert.deepEqual([facts.context, facts.server], ["berlin", `http://${api.host}`]);
  assert.deepEqual(JSON.parse(kubeconfig).users, [{ name: "fairway", user: { token: "of-the-account" } }]);
  assert.ok(!kubeconfig.includes("t0ken"), "the maker's own token is in it");
});

test("who may not create cluster roles is told so", async (t) => {
  const api = await startFakeApi();
  t.after(api.close);
  const message = 'clusterroles "fairway" is forbidden: User "dev" cannot patch resource "clusterroles"';
  api.answer(() => ({ status: 403, body: { kind: "Status", code: 403, reason: "Forbidden", message } }));
  await assert.rejects(makeAccount({ name: "berlin", kubeconfig: api.kubeconfig }), { code: "forbidden", message });
});
