import { setTimeout as pause } from "node:timers/promises";
import { type JsonObject, objectAt, objectsAt, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { type Dialogue, dialogues } from "./dialogue.ts";
import { pendingPod } from "./objects.ts";

function pod(name: string, resources: JsonObject, init: JsonObject[] = []): JsonObject {
  const image = "registry.invalid/app:1";
  const containers = [{ name: "app", image, resources }];
  const initContainers = init.map((one, index) => ({ name: `init-${index}`, image, resources: one }));
  return pendingPod(name, { containers, ...(init.length > 0 ? { initContainers } : {}) });
}

const resources = (body: JsonObject) => ({
  annotations: objectAt(body, "metadata", "annotations") ?? null,
  containers: objectsAt(body, "spec", "containers").map((one) => one["resources"] ?? null),
  initContainers: objectsAt(body, "spec", "initContainers").map((one) => one["resources"] ?? null),
});

async function rangeIs(talk: Dialogue, ...limits: JsonObject[]): Promise<void> {
  await talk.prepare("POST", "limitranges", { metadata: { name: "range" }, spec: { limits } });
  await counts(talk);
}

/** Waits until a new limit range is looked at: the API server's admission hears of it later. */
async function counts({ cluster, path }: Dialogue): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { code, body } = await cluster.client.request("POST", path("pods?dryRun=All"), { body: pod("probe", {}) });
    if (code === 403 || textAt(body, "metadata", "annotations", "kubernetes.io/limit-ranger") !== "") return;
    if (Date.now() > deadline) throw new Error("the limit range is not looked at");
    await pause(50);
  }
}

/** What limit ranges fill in and refuse. */
export function limitRangeCases(each: Register): void {
  const talk = dialogues(each, "limit-range");

  talk("a limit range fills in what is left out", async (with_) => {
    await with_.post("limitranges", {
      metadata: { name: "range" },
      spec: {
        limits: [
          {
            type: "Container",
            max: { cpu: "2" },
            default: { memory: "256Mi" },
            defaultRequest: { cpu: "100m" },
            min: { cpu: "10m" },
          },
          { type: "Pod", max: { memory: "1Gi" } },
        ],
      },
    });
    await counts(with_);
    await with_.post("pods", pod("a", {}), { show: resources });
    await with_.post("pods", pod("b", { limits: { cpu: "500m" } }), { show: resources });
    await with_.post("pods", pod("c", { requests: { memory: "300Mi", cpu: "1" } }), { show: resources });
    await with_.post("pods", pod("d", { requests: { memory: "100Mi" } }, [{}]), { show: resources });
  });
  talk("containers outside of the range are refused", async (with_) => {
    await rangeIs(with_, {
      type: "Container",
      min: { cpu: "50m" },
      max: { cpu: "1" },
      maxLimitRequestRatio: { cpu: "4" },
    });
    await with_.post("pods", pod("a", { limits: { cpu: "2" }, requests: { cpu: "1" } }));
    await with_.post("pods", pod("a", { requests: { cpu: "10m" }, limits: { cpu: "40m" } }));
    await with_.post("pods", pod("a", { requests: { cpu: "100m" }, limits: { cpu: "900m" } }));
    await with_.post("pods", pod("a", { limits: { cpu: "1" } }), { show: resources });
  });
  talk("the containers of a pod are looked at together", async (with_) => {
    await rangeIs(with_, { type: "Pod", max: { memory: "100Mi" } });
    await with_.post("pods", pod("a", {}));
    await with_.post("pods", pod("a", { limits: { memory: "90Mi" } }, [{ limits: { memory: "110Mi" } }]));
    await with_.post("pods", pod("a", { limits: { memory: "90Mi" } }, [{ limits: { memory: "100Mi" } }]), {
      show: resources,
    });
  });
  talk("a limit range that makes no sense is refused", async ({ post }) => {
    const wrong: readonly JsonObject[][] = [
      [{ type: "Container", min: { cpu: "2" }, max: { cpu: "1" } }],
      [{ type: "Container", default: { cpu: "2" }, max: { cpu: "1" } }],
      [{ type: "Container", defaultRequest: { cpu: "2" }, default: { cpu: "1" } }],
      [{ type: "Container", min: { cpu: "1" }, defaultRequest: { cpu: "500m" } }],
      [{ type: "Pod", default: { cpu: "1" } }],
      [{ type: "Container" }, { type: "Container" }],
      [{ type: "Other" }],
      [{ type: "Container", maxLimitRequestRatio: { cpu: "500m" } }],
    ];
    for (const limits of wrong) {
      await post("limitranges?dryRun=All", { metadata: { name: "r" }, spec: { limits } });
    }
  });
}
