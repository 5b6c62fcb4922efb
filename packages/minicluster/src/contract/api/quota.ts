import { type JsonObject, objectAt, stringsAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { type Dialogue, dialogues } from "./dialogue.ts";
import { configMap, deployment, pendingPod, service } from "./objects.ts";
import { until } from "./waiting.ts";

const used = (body: JsonObject) => stringsAt(body, "status", "used");

function sized(name: string, requests: JsonObject, limits: JsonObject = {}): JsonObject {
  const containers = [{ name: "app", image: "registry.invalid/app:1", resources: { requests, limits } }];
  return pendingPod(name, { containers });
}

/** What a pod is beside its quota is not the question here. */
const made = { show: () => "made" };

async function quotaIs(talk: Dialogue, hard: JsonObject, spec: JsonObject = {}): Promise<void> {
  await talk.prepare("POST", "resourcequotas", { metadata: { name: "all" }, spec: { hard, ...spec } });
  await until(talk, "resourcequotas/all", (body) => Object.keys(used(body)).length === Object.keys(hard).length);
}

/** What quotas count, demand and refuse. */
export function quotaCases(each: Register): void {
  const talk = dialogues(each, "quota");

  talk("pods count by what they ask for, and no more come than there is room for", async (with_) => {
    await quotaIs(with_, { pods: "3", "requests.cpu": "1", "limits.memory": "1Gi", "count/pods": "9" });
    await with_.post("pods", sized("a", { cpu: "600m" }, { memory: "512Mi" }), made);
    await with_.get("resourcequotas/all");
    await with_.post("pods", sized("b", { cpu: "500m" }, { memory: "600Mi" }), made);
    await with_.post("pods?dryRun=All", sized("b", { cpu: "400m" }, { memory: "512Mi" }), made);
    await with_.post("pods", sized("b", { cpu: "400m" }, { memory: "512Mi" }), made);
    await with_.get("resourcequotas/all", { show: used });
    await with_.post("pods?dryRun=All", sized("c", { cpu: "1m" }, { memory: "0" }), made);
    await with_.prepare("DELETE", "pods/a");
    await until(with_, "resourcequotas/all", (body) =>
      ["pods", "count/pods"].every((name) => used(body)[name] === "1"),
    );
    await with_.get("resourcequotas/all", { show: used });
  });
  talk("containers must say what a quota counts", async (with_) => {
    await quotaIs(with_, { "limits.cpu": "2", memory: "1Gi", "requests.memory": "1Gi" });
    await with_.post("pods", pendingPod("a"));
    await with_.post("pods", sized("a", { memory: "64Mi" }), made);
    await with_.post("pods", sized("a", { memory: "64Mi" }, { cpu: "1" }), made);
    await with_.post("deployments", deployment("web"));
  });
  talk("objects are counted by their names", async (with_) => {
    // All is there before the quota: a real one counts by and by, and what is quickly made may pass it.
    await with_.prepare("POST", "configmaps", configMap("one"));
    await with_.prepare("POST", "deployments", deployment("web"));
    await with_.prepare("POST", "services", service("web"));
    const hard = { configmaps: "2", services: "1", "count/deployments.apps": "1" };
    await quotaIs(with_, { ...hard, secrets: "1", "count/jobs.batch": "0" });
    await until(with_, "resourcequotas/all", (body) =>
      Object.entries(hard).every(([name, count]) => used(body)[name] === count),
    );
    await with_.post("configmaps", configMap("two"));
    await with_.post("deployments", deployment("api"));
    await with_.post("services", service("api"));
    await with_.get("resourcequotas/all", { show: used });
    await with_.prepare("DELETE", "deployments/web");
    await until(with_, "resourcequotas/all", (body) => used(body)["count/deployments.apps"] === "0");
    await with_.get("resourcequotas/all", { show: used });
  });
  talk("a quota may concern only some pods", async (with_) => {
    await quotaIs(with_, { pods: "0" }, { scopes: ["BestEffort"] });
    await with_.post("pods", pendingPod("a"), made);
    await with_.post("pods", sized("a", { cpu: "1m" }), made);
  });
  talk("a quota is changed, and read as a table", async (with_) => {
    await quotaIs(with_, { pods: "1", "limits.cpu": "1" });
    await with_.patch(
      "merge",
      "resourcequotas/all",
      { spec: { hard: { pods: "2" } } },
      { show: (body) => objectAt(body, "spec") ?? null },
    );
    await until(with_, "resourcequotas/all", (body) => stringsAt(body, "status", "hard")["pods"] === "2");
    await with_.get("resourcequotas/all", { show: (body) => objectAt(body, "status") ?? null });
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const cells = (body: JsonObject) => rows(body).map((row) => row.slice(0, -1));
    await with_.get("resourcequotas", { accept, show: cells });
  });
  talk("a quota that makes no sense is refused", async ({ post }) => {
    for (const hard of [{ podz: "1" }, { pods: "-1" }, { pods: "500m" }, { "a b": "1" }, { "example.com/gpu": "1" }]) {
      await post("resourcequotas?dryRun=All", { metadata: { name: "q" }, spec: { hard } }, { show: () => "valid" });
    }
  });
}

function rows(table: JsonObject): readonly (readonly unknown[])[] {
  const list = table["rows"];
  return Array.isArray(list)
    ? list.map((row) => {
        const cells = typeof row === "object" && row !== null && "cells" in row ? row["cells"] : [];
        return Array.isArray(cells) ? cells : [];
      })
    : [];
}
