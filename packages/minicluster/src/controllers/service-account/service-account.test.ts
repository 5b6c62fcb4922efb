import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { virtualClock } from "@fairway/rollout/testing";
import { serviceAccountKeys } from "../../access/service-account-keys.ts";
import { serviceAccountTokens } from "../../access/service-account-tokens.ts";
import { isObject, stringsAt } from "../../json.ts";
import { openObjects } from "../../open-objects.ts";
import { startControllers } from "../start-controllers.ts";

test("every namespace has its account and the cluster's certificate, also after they were deleted", async (t) => {
  const { objects, settle } = start(t);
  await settle();
  const names = () => objects.list("serviceaccounts").map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const system = ["default/default", "kube-node-lease/default", "kube-public/default", "kube-system/default"];
  assert.deepEqual(names(), system);
  objects.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  await settle();
  assert.deepEqual(names(), [...system, "shop/default"]);
  const root = { resource: "configmaps", namespace: "shop", name: "kube-root-ca.crt" };
  assert.deepEqual(objects.get(root)?.["data"], { "ca.crt": "PEM" });
  objects.remove(root);
  objects.remove({ resource: "serviceaccounts", namespace: "shop", name: "default" });
  await settle();
  assert.deepEqual(names(), [...system, "shop/default"]);
  assert.ok(objects.get(root));
  objects.remove({ resource: "namespaces", name: "shop" });
  await settle();
  assert.deepEqual([names(), objects.get({ resource: "namespaces", name: "shop" })], [system, undefined]);
});

test("a token Secret gets its account's token, and goes with the account", async (t) => {
  const { objects, tokens, settle } = start(t);
  const namespace = "default";
  objects.create("serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "robot", namespace },
  });
  const annotations = { "kubernetes.io/service-account.name": "robot" };
  const metadata = { name: "robot-token", namespace, annotations };
  const type = "kubernetes.io/service-account-token";
  objects.create("secrets", { apiVersion: "v1", kind: "Secret", metadata, type });
  await settle();
  const secret = () => objects.get({ resource: "secrets", namespace, name: "robot-token" });
  const stored = secret();
  assert.ok(stored && isObject(stored));
  const data = stringsAt(stored, "data");
  const plain = (field: string) => Buffer.from(data[field] ?? "", "base64").toString();
  assert.deepEqual([plain("namespace"), plain("ca.crt")], [namespace, "PEM"]);
  assert.ok(stored.metadata.annotations?.["kubernetes.io/service-account.uid"]);
  const user = tokens.userOf(plain("token"));
  assert.equal(typeof user === "object" && user.name, "system:serviceaccount:default:robot");
  objects.remove({ resource: "serviceaccounts", namespace, name: "robot" });
  await settle();
  assert.equal(secret(), undefined);
  assert.equal(tokens.userOf(plain("token")), "Token has been invalidated");
});

function start(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), "accounts-"));
  const clock = virtualClock();
  const objects = openObjects({ clock });
  const tokens = serviceAccountTokens(objects.store, serviceAccountKeys(directory), clock);
  const errors: string[] = [];
  const given = { certificate: "PEM", tokenFor: tokens.forSecret };
  const stop = startControllers(objects, clock, (message) => errors.push(message), given);
  t.after(() => {
    stop();
    objects.close();
    rmSync(directory, { recursive: true, force: true });
    assert.deepEqual(errors, []);
  });
  return { objects, tokens, settle: () => clock.advance(1_000) };
}
