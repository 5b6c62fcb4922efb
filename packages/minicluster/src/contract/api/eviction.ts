import { type JsonObject, numberAt, objectAt, objectsAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { type Dialogue, dialogues } from "./dialogue.ts";
import { pendingPod } from "./objects.ts";
import { until } from "./waiting.ts";

const status = (body: JsonObject) => objectAt(body, "status") ?? null;

function budget(name: string, spec: JsonObject): JsonObject {
  return { metadata: { name }, spec: { selector: { matchLabels: { app: "web" } }, ...spec } };
}

/** A pod on no node that is said to run. */
async function runningPod({ prepare }: Dialogue, name: string, ready = true): Promise<void> {
  await prepare("POST", "pods", pendingPod(name, {}, { labels: { app: "web" } }));
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  const running = { status: { phase: "Running", conditions } };
  await prepare("PATCH", `pods/${name}/status`, running, "application/strategic-merge-patch+json");
}

async function budgetIs(
  talk: Dialogue,
  spec: JsonObject,
  allowed: number,
  [current = 0, expected]: number[],
): Promise<void> {
  await talk.prepare("POST", "poddisruptionbudgets", budget("web", spec));
  await allows(talk, allowed, current, expected);
}

async function allows(talk: Dialogue, allowed: number, current: number, expected = current): Promise<void> {
  await until(
    talk,
    "poddisruptionbudgets/web",
    (body) =>
      numberAt(body, "status", "disruptionsAllowed") === allowed &&
      numberAt(body, "status", "currentHealthy") === current &&
      numberAt(body, "status", "expectedPods") === expected &&
      numberAt(body, "status", "observedGeneration") === numberAt(body, "metadata", "generation"),
  );
}

const eviction = (name: string, deleteOptions?: JsonObject) => ({
  apiVersion: "policy/v1",
  kind: "Eviction",
  metadata: { name },
  ...(deleteOptions === undefined ? {} : { deleteOptions }),
});

/** Disruption budgets and evictions. */
export function evictionCases(each: Register): void {
  const talk = dialogues(each, "eviction");

  talk("a pod without a budget is evicted", async (with_) => {
    await runningPod(with_, "a");
    await with_.post("pods/a/eviction?dryRun=All", eviction("a"));
    await with_.post("pods/a/eviction", eviction("b"));
    await with_.post(
      "pods/a/eviction",
      eviction("a", { preconditions: { uid: "11111111-1111-1111-1111-111111111111" } }),
    );
    await with_.get("pods/a", { show: () => "still there" });
    await with_.post("pods/a/eviction", eviction("a"));
    await with_.get("pods/a");
    await with_.post("pods/a/eviction", eviction("a"));
    await with_.get("pods/a/eviction");
  });
  talk("a budget lets so many pods go, and no more", async (with_) => {
    for (const name of ["a", "b", "c"]) await runningPod(with_, name);
    await budgetIs(with_, { minAvailable: 2 }, 1, [3]);
    await with_.get("poddisruptionbudgets/web");
    await with_.post("pods/a/eviction?dryRun=All", eviction("a"));
    await with_.post("pods/a/eviction", eviction("a"));
    await allows(with_, 0, 2);
    await with_.get("poddisruptionbudgets/web", { show: status });
    await with_.post("pods/b/eviction", eviction("b"));
    await with_.post("pods/b/eviction?dryRun=All", eviction("b"));
    await runningPod(with_, "d");
    await allows(with_, 1, 3);
    await with_.post("pods/b/eviction", eviction("b"));
  });
  talk("a pod that is not ready goes by the budget's policy", async (with_) => {
    await runningPod(with_, "a");
    await runningPod(with_, "b", false);
    await budgetIs(with_, { minAvailable: 2 }, 0, [1, 2]);
    await with_.post("pods/b/eviction", eviction("b"));
    const change = { spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } };
    await with_.prepare("PATCH", "poddisruptionbudgets/web", change, "application/merge-patch+json");
    await with_.post("pods/b/eviction", eviction("b"));
  });
  talk("a pod that waits to run is no loss", async (with_) => {
    await with_.prepare("POST", "pods", pendingPod("a", {}, { labels: { app: "web" } }));
    await budgetIs(with_, { maxUnavailable: 0 }, 0, [0]);
    await with_.post("pods/a/eviction", eviction("a"));
  });
  talk("two budgets for a pod are one too many", async (with_) => {
    await runningPod(with_, "a");
    await with_.prepare("POST", "poddisruptionbudgets", budget("one", { minAvailable: 0 }));
    await with_.prepare("POST", "poddisruptionbudgets", budget("two", { minAvailable: 0 }));
    await with_.post("pods/a/eviction", eviction("a"));
  });
  talk("a budget is checked", async ({ post }) => {
    for (const spec of [
      { minAvailable: 1, maxUnavailable: 1 },
      { minAvailable: -1 },
      { maxUnavailable: "101%" },
      { minAvailable: "many" },
      { minAvailable: 1, unhealthyPodEvictionPolicy: "Sometimes" },
      { minAvailable: 1, selector: { matchExpressions: [{ key: "a", operator: "In" }] } },
    ]) {
      await post("poddisruptionbudgets?dryRun=All", budget("b", spec));
    }
    await post("poddisruptionbudgets", budget("b", { maxUnavailable: "50%" }));
  });
  talk("an evicted pod says why it goes", async (with_) => {
    await with_.prepare("POST", "pods", {
      ...pendingPod("a", {}, { labels: { app: "web" }, finalizers: ["contract.test/hold"] }),
    });
    await with_.prepare("POST", "pods/a/eviction", eviction("a"));
    const told = (body: JsonObject) =>
      objectsAt(body, "status", "conditions")
        .filter((condition) => condition["type"] === "DisruptionTarget")
        .map(({ status: is, reason, message }) => ({ is, reason, message }));
    await with_.get("pods/a", { show: told });
    const free = { metadata: { finalizers: null } };
    await with_.prepare("PATCH", "pods/a", free, "application/merge-patch+json");
  });
}
