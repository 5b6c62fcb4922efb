import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment } from "./objects.ts";

/** Objects are made, read, replaced and deleted. */
export function createAndReadCases(each: Register): void {
  const talk = dialogues(each, "create-and-read");

  talk("an object is made, read and deleted, and then it is gone", async ({ post, get, del }) => {
    await post("configmaps", configMap("c"));
    await get("configmaps/c");
    await del("configmaps/c");
    await get("configmaps/c");
    await del("configmaps/c");
  });
  talk("a name is given once", async ({ post }) => {
    await post("configmaps", configMap("c"));
    await post("configmaps", configMap("c"));
    await post("deployments", deployment("d"));
    await post("deployments", deployment("d"));
  });
  talk("a name is made from generateName", async ({ post, note }) => {
    const body = { ...configMap(""), metadata: { generateName: "made-" } };
    const answer = await post("configmaps", body, { show: () => "" });
    note("name", /^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(String(Object(answer.body["metadata"])["name"])));
    const long = { ...configMap(""), metadata: { generateName: "x".repeat(70) } };
    await post("configmaps", long, { show: ({ metadata }) => String(Object(metadata)["name"]).length });
  });
  talk("a name wins over generateName, which stays", async ({ post }) => {
    await post("configmaps", { ...configMap("c"), metadata: { name: "c", generateName: "made-" } });
  });
  talk("an object without a name is refused", async ({ post }) => {
    await post("configmaps", { ...configMap(""), metadata: {} });
    await post("configmaps", { apiVersion: "v1", kind: "ConfigMap" });
  });
  talk("an object may leave out apiVersion and kind, but not say wrong ones", async ({ post }) => {
    await post("configmaps", { metadata: { name: "a" } });
    await post("configmaps", { ...configMap("b"), kind: "Secret" }, { loosely: true });
    await post("configmaps", { ...configMap("b"), apiVersion: "v2" }, { loosely: true });
    await post("configmaps", { ...configMap("b"), apiVersion: "apps/v1", kind: "Deployment" }, { loosely: true });
  });
  talk("the body's namespace is the path's", async ({ post, put }) => {
    await post("configmaps", { ...configMap("a"), metadata: { name: "a", namespace: "default" } });
    await post("configmaps", configMap("a"));
    await put("configmaps/a", { ...configMap("a"), metadata: { name: "a", namespace: "default" } });
  });
  talk("an object with a resourceVersion cannot be made", async ({ post }) => {
    await post("configmaps", { ...configMap("a"), metadata: { name: "a", resourceVersion: "1" } });
  });
  talk("what the server gives cannot be given: uid, creation time, generation", async ({ post, put }) => {
    const metadata = {
      name: "d",
      uid: "00000000-0000-0000-0000-000000000000",
      creationTimestamp: "2001-01-01T00:00:00Z",
      deletionTimestamp: "2001-01-01T00:00:00Z",
      deletionGracePeriodSeconds: 7,
      generation: 7,
      selfLink: "/here",
    };
    await post("deployments", { ...deployment("d", { paused: true }), metadata }, { show: ({ metadata }) => metadata });
    await put(
      "deployments/d",
      {
        ...deployment("d", { paused: true }),
        metadata: { name: "d", generation: 9, creationTimestamp: "2001-01-01T00:00:00Z" },
      },
      { show: ({ metadata }) => metadata },
    );
  });
  talk("an object is replaced as a whole", async ({ post, put, get }) => {
    const metadata = { name: "c", labels: { a: "b" }, annotations: { c: "d" } };
    await post("configmaps", { ...configMap("c"), metadata });
    await put("configmaps/c", configMap("c", { data: { B: "2" } }));
    await get("configmaps/c");
  });
  talk("a replacement is for an object that is there, under its name", async ({ post, put }) => {
    await put("configmaps/absent", configMap("absent"));
    await post("configmaps", configMap("c"));
    await put("configmaps/c", configMap("other"));
    await put("configmaps/c", { ...configMap(""), metadata: {} });
  });
  talk("the generation counts changes of the spec only", async ({ post, put, patch }) => {
    const show = ({ metadata }: Record<string, unknown>) => Object(metadata).generation;
    await post("deployments", deployment("d", { paused: true }), { show });
    await put("deployments/d", deployment("d", { paused: true }), { show });
    await patch("merge", "deployments/d", { metadata: { labels: { a: "b" } } }, { show });
    await patch("merge", "deployments/d", { spec: { minReadySeconds: 1 } }, { show });
    await patch("merge", "deployments/d/status", { status: { observedGeneration: 2 } }, { show });
    await patch("merge", "deployments/d/scale", { spec: { replicas: 0 } }, { show });
  });
  talk("a write that changes nothing keeps the version", async ({ post, put, patch, note }) => {
    const version = (answer: { body: Record<string, unknown> }) => Object(answer.body["metadata"]).resourceVersion;
    const before = version(await post("configmaps", configMap("c"), { show: () => "" }));
    note("put", version(await put("configmaps/c", configMap("c"))) === before);
    note("merge", version(await patch("merge", "configmaps/c", { data: { A: "1" } })) === before);
    note("json", version(await patch("json", "configmaps/c", [])) === before);
    note("real", version(await patch("merge", "configmaps/c", { data: { A: "2" } })) === before);
  });
  talk("nothing is made in a namespace that is not there", async ({ post, get }) => {
    await post("/api/v1/namespaces/contract-absent/configmaps", configMap("c"));
    await get("/api/v1/namespaces/contract-absent/configmaps");
    await get("/api/v1/namespaces/contract-absent/configmaps/c");
  });
  talk("a namespaced object is not made without a namespace", async ({ post, del, put }) => {
    await post("/api/v1/configmaps", configMap("c"));
    await put("/api/v1/configmaps", configMap("c"));
    await del("/api/v1/configmaps");
  });
}
