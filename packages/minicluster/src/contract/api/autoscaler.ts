import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type JsonObject, numberAt, objectsAt, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import type { KubernetesClient } from "../kubernetes-client.ts";
import { dialogues } from "./dialogue.ts";
import { deployment } from "./objects.ts";

const target = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
const scaler = (spec: JsonObject): JsonObject => ({
  metadata: { name: "d" },
  spec: { scaleTargetRef: target, maxReplicas: 4, ...spec },
});
const metric = (resource: JsonObject, type = "Resource"): JsonObject => ({ metrics: [{ type, resource }] });
const cpu = (of: JsonObject): JsonObject => metric({ name: "cpu", target: { type: "Utilization", ...of } });

/** HorizontalPodAutoscalers where nobody measures what pods use: both clusters keep the bounds then. */
export function autoscalerCases(each: Register): void {
  const talk = dialogues(each, "autoscaler");

  talk("an autoscaler is completed", async ({ post, del }) => {
    for (const spec of [
      {},
      { minReplicas: 2, ...cpu({ averageUtilization: 70 }) },
      { behavior: {} },
      {
        behavior: {
          scaleDown: { stabilizationWindowSeconds: 60 },
          scaleUp: { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
        },
      },
    ]) {
      await post("horizontalpodautoscalers", scaler(spec), {
        show: ({ kind, apiVersion, spec: stored }) => ({ kind, apiVersion, stored }),
      });
      await del("horizontalpodautoscalers/d", { show: () => null });
    }
  });
  talk("an autoscaler is refused", async ({ post }) => {
    for (const wrong of [
      { maxReplicas: 0 },
      { maxReplicas: -1 },
      { minReplicas: -1 },
      { minReplicas: 5 },
      { scaleTargetRef: { kind: "", name: "" } },
      { scaleTargetRef: { ...target, name: "a/b" } },
      metric({ name: "cpu", target: {} }),
      cpu({}),
      cpu({ averageUtilization: 0 }),
      cpu({ averageUtilization: 70, averageValue: "1" }),
      { metrics: [{ type: "Resource" }] },
      { metrics: [{ type: "Nothing" }] },
      {
        behavior: {
          scaleDown: { stabilizationWindowSeconds: 4000, policies: [{ type: "Some", value: 0, periodSeconds: 2000 }] },
        },
      },
    ]) {
      await post("horizontalpodautoscalers?dryRun=All", scaler(wrong));
    }
  });

  const replicas = async (client: KubernetesClient, namespace: string, wanted: number): Promise<JsonObject> => {
    const deadline = Date.now() + 100_000;
    for (;;) {
      const { body } = await client.request("GET", `/apis/apps/v1/namespaces/${namespace}/deployments/d`);
      if (numberAt(body, "spec", "replicas") === wanted) return body;
      assert.ok(Date.now() < deadline, `there are ${numberAt(body, "spec", "replicas")} replicas`);
      await pause(100);
    }
  };
  each(
    "an autoscaler keeps a Deployment in its bounds, through its scale, and says that it measures nothing",
    async ({ client }, namespace) => {
      const made = deployment("d", { replicas: 1 }, { resources: { requests: { cpu: "1m" } } });
      const at = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      assert.equal((await client.request("POST", at, { body: made })).code, 201);
      const scalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
      assert.equal((await client.request("POST", scalers, { body: scaler({ minReplicas: 3 }) })).code, 201);
      const raised = await replicas(client, namespace, 3);
      const owners = objectsAt(raised, "metadata", "managedFields").filter((one) => one["subresource"] === "scale");
      assert.deepEqual(
        owners.map(({ manager, operation, apiVersion, fieldsV1 }) => ({ manager, operation, apiVersion, fieldsV1 })),
        [
          {
            manager: "kube-controller-manager",
            operation: "Update",
            apiVersion: "apps/v1",
            fieldsV1: { "f:spec": { "f:replicas": {} } },
          },
        ],
      );
      const contentType = "application/merge-patch+json";
      await client.request("PATCH", `${at}/d/scale`, { body: { spec: { replicas: 7 } }, contentType });
      await replicas(client, namespace, 4);
      const deadline = Date.now() + 100_000;
      for (;;) {
        const { body } = await client.request("GET", `${scalers}/d`);
        const conditions = objectsAt(body, "status", "conditions");
        const reasons = Object.fromEntries(conditions.map((one) => [textAt(one, "type"), textAt(one, "reason")]));
        if (reasons["ScalingActive"] === "FailedGetResourceMetric" && reasons["AbleToScale"] === "SucceededGetScale")
          return;
        assert.ok(Date.now() < deadline, JSON.stringify(conditions));
        await pause(100);
      }
    },
    { timeoutMilliseconds: 300_000 },
  );
}
