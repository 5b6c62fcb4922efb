import assert from "node:assert/strict";
import { isObject } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import type { KubernetesClient, RequestOptions } from "../kubernetes-client.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment } from "./objects.ts";

/** A sequence of numbers in [0, 1) that is the same in every run (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An answer that a client can work with: a success, or a `Status` that says what was wrong. */
async function isAnswered(client: KubernetesClient, method: string, path: string, options: RequestOptions = {}) {
  const { code, body, text, headers } = await client.request(method, path, options);
  const asked = `${method} ${path} ${JSON.stringify(options).slice(0, 300)}: ${code} ${text.slice(0, 300)}`;
  assert.ok(code >= 200 && code < 600, asked);
  if (code < 300) return;
  const redirected = code < 400 && typeof headers["location"] === "string";
  const isStatus = body["kind"] === "Status" && body["status"] === "Failure" && body["code"] === code;
  // What is no part of the API is refused in plain words.
  assert.ok(redirected || isStatus || (code < 500 && /^text\/plain/.test(headers["content-type"] ?? "")), asked);
}

const spoiled = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  "",
  "x",
  "\u0000",
  "💥",
  [],
  {},
  [null],
  [[]],
  [{}],
  { "": "" },
  { $patch: "delete" },
  { $patch: "invent" },
  "$patch",
  "__proto__",
  "9".repeat(40),
];

/** Requests that nobody should send. */
export function strangeRequestCases(each: Register): void {
  const talk = dialogues(each, "strange-requests");

  talk("nobody is let in without a token that is known", async ({ ask }) => {
    await ask("GET", "configmaps", { token: "wrong" });
    await ask("POST", "configmaps", { token: "wrong", body: configMap("c") });
    await ask("GET", "/openapi/v3", { token: "wrong" });
  });
  talk("paths that are not there", async ({ get }) => {
    await get("/apis/invented.example/v1/things");
    await get("/apis/apps/v9/deployments");
    await get("/api/v1/inventions");
    await get("inventions/a");
    await get("configmaps/a/b/c");
    await get("/nowhere");
    await get("/api/v2");
    await get("/apis/apps/v1/configmaps");
  });
  talk("methods that are not served", async ({ ask, prepare }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await ask("POST", "configmaps/c", { body: configMap("c") });
    await ask("PUT", "configmaps", { body: configMap("c") });
    await ask("PATCH", "configmaps", { body: {}, contentType: "application/merge-patch+json" });
    await ask("OPTIONS", "configmaps/c");
    await ask("POST", "pods/p/log", { body: {} });
    await ask("DELETE", "deployments/d/scale");
    await ask("POST", "/version", { body: {}, loosely: true });
  });
  talk("bodies that are no JSON", async ({ post, put }) => {
    for (const body of ["", "{", "[]", "null", '"text"', "1", '{"a":}', "{'a':1}", '{"apiVersion":"v1"', "\u0000"]) {
      await post("configmaps", body, { loosely: true });
    }
    await put("configmaps/c", "{", { loosely: true });
  });
  talk("a body above the limit is refused", async ({ post, patch }) => {
    const huge = JSON.stringify(configMap("c", { data: { a: "x".repeat(3 * 1024 * 1024) } }));
    await post("configmaps", huge, { loosely: true });
    await patch("merge", "configmaps/c", huge, { loosely: true });
    await patch("apply", "configmaps/c?fieldManager=a", huge, { loosely: true });
  });

  each("deep nesting, broken text and lists without end are answered", async ({ client }, namespace) => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
    for (const levels of [100, 5_000, 200_000]) {
      const values = [deep("[", "]", levels), `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`, "[".repeat(levels)];
      for (const value of values) {
        const body = `{"metadata":{"name":"c"},"data":${value}}`;
        await isAnswered(client, "POST", path, { body });
        for (const type of ["merge-patch+json", "strategic-merge-patch+json", "json-patch+json", "apply-patch+yaml"]) {
          await isAnswered(client, "PATCH", `${path}/c?fieldManager=a`, { body, contentType: `application/${type}` });
        }
      }
    }
    const aliases = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
      .split("")
      .map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index]},`.repeat(9)}]`)
      .join("\n")}\n`;
    for (const contentType of ["application/yaml", "application/apply-patch+yaml"]) {
      const [method, at] = contentType === "application/yaml" ? ["POST", path] : ["PATCH", `${path}/c?fieldManager=a`];
      await isAnswered(client, String(method), String(at), { body: aliases, contentType });
    }
    await isAnswered(client, "POST", path, { body: Buffer.from([0xff, 0xfe, 0x00, 0x80]) });
    assert.equal((await client.request("GET", "/readyz")).text, "ok");
  });

  each("600 requests of chance are answered, and the server lives", async ({ client }, namespace) => {
    const chance = sequence(20_260_101);
    const pick = <T>(list: readonly T[]): T => {
      const found = list[Math.floor(chance() * list.length)];
      assert.ok(found !== undefined || list.includes(found as T));
      return found as T;
    };
    const spoil = (value: unknown, depth: number): unknown => {
      if (depth === 0 || value === null || typeof value !== "object" || chance() < 0.15) return pick(spoiled);
      if (Array.isArray(value)) return value.map((item, index) => (index === 0 ? spoil(item, depth - 1) : item));
      const keys = Object.keys(value);
      const key =
        keys.length === 0 || chance() < 0.1
          ? pick(["", "x", "$patch", "$setElementOrder/env", "metadata"])
          : pick(keys);
      return { ...value, [key]: spoil(isObject(value) ? value[key] : null, depth - 1) };
    };
    const inside = `/namespaces/${namespace}`;
    const whole = deployment("d", {}, { env: [{ name: "A", value: "1" }], ports: [{ containerPort: 80 }] });
    const collections = [
      `/apis/apps/v1${inside}/deployments`,
      `/api/v1${inside}/configmaps`,
      `/api/v1${inside}/services`,
    ];
    const queries = [
      "",
      "?dryRun=All",
      "?fieldManager=a",
      "?fieldManager=a&force=true",
      "?limit=1&continue=%00",
      "?labelSelector=%25%25",
      "?fieldSelector==",
      "?resourceVersion=-1",
      "?pretty=true",
      "?fieldValidation=Strict",
      "?a=b&a=c&=",
      "?timeoutSeconds=1e9",
      `?${"x".repeat(2_000)}`,
    ];
    const tails = [
      "",
      "/d",
      "/d/status",
      "/d/scale",
      "/%00",
      "/..%2f..",
      "/%E0%A4%A",
      "//",
      "/d/",
      `/${"n".repeat(300)}`,
    ];
    const types = [
      "application/json",
      "application/json-patch+json",
      "application/merge-patch+json",
      "application/strategic-merge-patch+json",
      "application/apply-patch+yaml",
      "application/yaml",
      "text/plain",
      "",
    ];
    await client.request("POST", String(collections[0]), { body: whole });
    for (let count = 0; count < 600; count += 1) {
      const method = pick(["GET", "POST", "PUT", "PATCH", "PATCH", "PATCH", "DELETE"]);
      const path = pick(collections) + pick(tails) + pick(queries);
      let body: unknown = spoil(whole, Math.floor(chance() * 7));
      if (chance() < 0.2) body = [spoil({ op: "add", path: "/spec/template", value: 1 }, 2)];
      if (chance() < 0.1) body = JSON.stringify(body).slice(0, -3);
      const options =
        method === "GET"
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body), contentType: pick(types) };
      await isAnswered(client, method, path, options);
    }
    assert.equal((await client.request("GET", "/readyz")).text, "ok");
    assert.equal((await client.request("GET", `/api/v1${inside}/configmaps`)).code, 200);
  });
}
