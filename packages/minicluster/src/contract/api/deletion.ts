import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type JsonObject, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import type { Answer } from "../kubernetes-client.ts";
import { type Dialogue, dialogues } from "./dialogue.ts";
import { configMap, pendingPod } from "./objects.ts";

/** Asks until the answer is as wanted; for what a controller does in its own time. */
async function until({ cluster, path }: Dialogue, short: string, met: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = Date.now() + 50_000;
  for (;;) {
    const answer = await cluster.client.request("GET", path(short));
    if (met(answer)) return answer;
    assert.ok(Date.now() < deadline, `${short} is still ${answer.text}`);
    await pause(50);
  }
}

const gone = ({ code }: Answer) => code === 404;

const ownedBy = (owner: JsonObject, more: JsonObject = {}) => ({
  ownerReferences: [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      name: textAt(owner, "metadata", "name"),
      uid: textAt(owner, "metadata", "uid"),
      ...more,
    },
  ],
});

/** Deletion: finalizers, owners, graceful ends, namespaces. */
export function deletionCases(each: Register): void {
  const talk = dialogues(each, "deletion");

  talk("a finalizer holds an object until it is taken away", async ({ post, del, get, patch }) => {
    await post(
      "configmaps",
      { ...configMap("c"), metadata: { name: "c", finalizers: ["example.com/a"] } },
      { show: () => "" },
    );
    await del("configmaps/c");
    await get("configmaps/c");
    await del("configmaps/c");
    await patch("merge", "configmaps/c", { metadata: { finalizers: null } });
    await get("configmaps/c");
  });
  talk("what is being deleted takes no new finalizers, and other changes", async ({ post, del, patch }) => {
    await post(
      "configmaps",
      { ...configMap("c"), metadata: { name: "c", finalizers: ["example.com/a"] } },
      { show: () => "" },
    );
    await del("configmaps/c", { show: ({ kind }) => kind });
    await patch("merge", "configmaps/c", { metadata: { finalizers: ["example.com/a", "example.com/b"] } });
    await patch("merge", "configmaps/c", { data: { A: "2" } }, { show: ({ data }) => data });
    await post("configmaps", configMap("c"));
    await patch("json", "configmaps/c", [{ op: "remove", path: "/metadata/finalizers" }], { show: ({ kind }) => kind });
  });
  talk("Background: what an object owns goes after it", async (with_) => {
    const { prepare, del, note } = with_;
    const owner = await prepare("POST", "configmaps", configMap("owner"));
    await prepare("POST", "secrets", { metadata: { name: "owned", ...ownedBy(owner) } });
    await del("configmaps/owner?propagationPolicy=Background");
    note("owned", (await until(with_, "secrets/owned", gone)).code);
  });
  talk("Foreground: an object goes after what it owns and blocks it", async (with_) => {
    const { prepare, del, note, get, patch } = with_;
    const owner = await prepare("POST", "configmaps", configMap("owner"));
    const metadata = { name: "owned", finalizers: ["example.com/a"], ...ownedBy(owner, { blockOwnerDeletion: true }) };
    await prepare("POST", "secrets", { metadata });
    await del("configmaps/owner", { body: { propagationPolicy: "Foreground" } });
    await until(with_, "secrets/owned", ({ body }) => textAt(body, "metadata", "deletionTimestamp") !== "");
    await get("configmaps/owner", { show: ({ metadata: of }) => Object(of).finalizers });
    await patch("merge", "secrets/owned", { metadata: { finalizers: null } }, { show: () => "" });
    note("owner", (await until(with_, "configmaps/owner", gone)).code);
  });
  talk("Orphan: what an object owns stays and forgets it", async (with_) => {
    const { prepare, del, note } = with_;
    const owner = await prepare("POST", "configmaps", configMap("owner"));
    await prepare("POST", "secrets", { metadata: { name: "owned", ...ownedBy(owner) } });
    await del("configmaps/owner?propagationPolicy=Orphan", { show: ({ kind }) => kind });
    note("owner", (await until(with_, "configmaps/owner", gone)).code);
    const left = await until(with_, "secrets/owned", ({ body }) => !("ownerReferences" in Object(body["metadata"])));
    note("owned", left.body);
  });
  talk("one of two owners may go", async (with_) => {
    const { prepare, del, note } = with_;
    const a = await prepare("POST", "configmaps", configMap("a"));
    const b = await prepare("POST", "configmaps", configMap("b"));
    const ownerReferences = [...ownedBy(a).ownerReferences, ...ownedBy(b).ownerReferences];
    await prepare("POST", "secrets", { metadata: { name: "owned", ownerReferences } });
    await del("configmaps/a", { show: ({ status }) => status });
    const left = await until(
      with_,
      "secrets/owned",
      ({ body }) => Object(body["metadata"]).ownerReferences?.length === 1,
    );
    note("owners", Object(left.body["metadata"]).ownerReferences);
    await del("configmaps/b", { show: ({ status }) => status });
    note("then", (await until(with_, "secrets/owned", gone)).code);
  });
  talk("an owner that was never there takes the object with it", async (with_) => {
    const owner = { metadata: { name: "never", uid: "00000000-0000-4000-8000-000000000000" } };
    await with_.prepare("POST", "secrets", { metadata: { name: "owned", ...ownedBy(owner) } });
    with_.note("owned", (await until(with_, "secrets/owned", gone)).code);
  });
  talk("there are three ways to propagate, and one may be chosen", async ({ prepare, del }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await del("configmaps/c?propagationPolicy=Sideways");
    await del("configmaps/c", { body: { propagationPolicy: "Sideways" } });
    await del("configmaps/c", { body: { propagationPolicy: "Orphan", orphanDependents: true } });
    await del("configmaps/c", { body: { gracePeriodSeconds: -1 } });
  });
  talk("a pod without a node goes at once, and is shown once more", async ({ prepare, del, get }) => {
    await prepare("POST", "pods", pendingPod("p"));
    await del("pods/p", { show: ({ kind }) => kind });
    await get("pods/p");
  });
  talk("a deletion with a body that is none is refused", async ({ prepare, del }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await del("configmaps/c", { body: "{", loosely: true });
    await del("configmaps/c", { body: { gracePeriodSeconds: "soon" }, loosely: true });
    await del("configmaps/c", { body: { kind: "ConfigMap", apiVersion: "v1" }, loosely: true });
  });
  talk("a namespace goes with everything in it, and refuses what is new", async (with_) => {
    const { namespace, post, get, note, cluster } = with_;
    const own = `${namespace}-own`;
    const inside = `/api/v1/namespaces/${own}`;
    const client = cluster.client;
    const made = await client.request("POST", "/api/v1/namespaces", { body: { metadata: { name: own } } });
    assert.equal(made.code, 201);
    const metadata = { name: "held", finalizers: ["example.com/a"] };
    assert.equal((await client.request("POST", `${inside}/secrets`, { body: { metadata } })).code, 201);
    await post(`${inside}/configmaps`, configMap("c"), { show: ({ kind }) => kind });
    const deleted = await client.request("DELETE", inside);
    note("DELETE namespace", { code: deleted.code, status: deleted.body["status"], spec: deleted.body["spec"] });
    await post(`${inside}/configmaps`, configMap("late"));
    await until(with_, `${inside}/configmaps/c`, gone);
    await get(inside, { show: ({ status }) => Object(status).phase });
    const freed = { body: { metadata: { finalizers: null } }, contentType: "application/merge-patch+json" };
    assert.equal((await client.request("PATCH", `${inside}/secrets/held`, freed)).code, 200);
    note("gone", (await until(with_, inside, gone)).code);
  });
  talk("the namespaces of the system stay", async ({ del }) => {
    await del("/api/v1/namespaces/default");
    await del("/api/v1/namespaces/kube-system");
  });
}
