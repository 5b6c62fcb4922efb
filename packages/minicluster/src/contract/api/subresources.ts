import type { Register } from "../contract-cluster.ts";
import { dialogues, namesOf } from "./dialogue.ts";
import { configMap, deployment, pendingPod } from "./objects.ts";

const replicas = ({ spec }: Record<string, unknown>) => Object(spec).replicas;

/** status, scale, log, and Events. */
export function subresourceCases(each: Register): void {
  const talk = dialogues(each, "subresources");

  talk("a Deployment is scaled by its Scale", async ({ prepare, get, put, patch }) => {
    await prepare("POST", "deployments", deployment("d"));
    await get("deployments/d/scale");
    const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "d" }, spec: { replicas: 1 } };
    await put("deployments/d/scale", scale, { show: ({ kind, spec }) => ({ kind, spec }) });
    await get("deployments/d", { show: replicas });
    await patch(
      "merge",
      "deployments/d/scale",
      { spec: { replicas: 0 } },
      { show: ({ kind, spec }) => ({ kind, spec }) },
    );
    await patch("json", "deployments/d/scale", [{ op: "replace", path: "/spec/replicas", value: 1 }], {
      show: replicas,
    });
    await get("deployments/d", { show: replicas });
  });
  talk("a Scale that cannot be is refused", async ({ prepare, put, patch, get }) => {
    await prepare("POST", "deployments", deployment("d"));
    const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "d" }, spec: { replicas: -1 } };
    await put("deployments/d/scale", scale);
    await put("deployments/d/scale", {
      ...scale,
      metadata: { name: "d", resourceVersion: "1" },
      spec: { replicas: 1 },
    });
    await put("deployments/d/scale", { ...scale, metadata: { name: "other" } });
    await put("deployments/d/scale", deployment("d"), { loosely: true });
    await patch("merge", "deployments/d/scale", { spec: { replicas: "many" } }, { loosely: true });
    await get("deployments/absent/scale");
    await get("configmaps/c/scale");
  });
  talk("the status is written through its own path only", async ({ prepare, patch, put, get }) => {
    const pod = await prepare("POST", "pods", pendingPod("p"));
    const show = ({ status }: Record<string, unknown>) => Object(status).message ?? null;
    await patch("merge", "pods/p", { status: { message: "by the main path" } }, { show });
    await patch(
      "merge",
      "pods/p/status",
      { status: { message: "by its own" }, spec: { nodeName: "x" } },
      {
        show: ({ status, spec }) => [Object(status).message, Object(spec).nodeName ?? null],
      },
    );
    await patch("strategic", "pods/p/status", { status: { message: "again" } }, { show });
    await put("pods/p/status", { ...pod, metadata: { name: "p" }, status: { message: "third" } }, { show });
    await get("pods/p/status", { show });
    await patch(
      "merge",
      "pods/p/status",
      { metadata: { labels: { a: "b" }, annotations: { c: "d" } } },
      {
        show: ({ metadata }) => Object(metadata).annotations,
      },
    );
  });
  talk("kinds without a status have no such path", async ({ prepare, get, put }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await get("configmaps/c/status");
    await put("configmaps/c/status", configMap("c"));
    await get("configmaps/c/invented");
  });
  talk("there is no log before there is a container, nor of one that is not there", async ({ prepare, get }) => {
    await prepare("POST", "pods", pendingPod("p"));
    await get("pods/absent/log");
    await get("pods/p/log?container=other");
    await get("pods/p/log");
    await get("pods/p/log?tailLines=-1");
    await get("pods/p/log?tailLines=x", { loosely: true });
    await get("pods/p/log?limitBytes=0");
    await get("pods/p/log?sinceSeconds=0");
    await get("pods/p/log?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z");
  });
  talk("of several containers one must be named", async ({ prepare, get }) => {
    const containers = ["a", "b"].map((name) => ({ name, image: "registry.invalid/app:1" }));
    const initContainers = [{ name: "i", image: "registry.invalid/app:1" }];
    await prepare("POST", "pods", pendingPod("p", { containers, initContainers }));
    await get("pods/p/log");
  });
  talk("Events are written and read, and selected by what they are about", async ({ post, get, namespace }) => {
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e" },
      involvedObject: {
        kind: "Pod",
        name: "p",
        namespace,
        uid: "u",
        apiVersion: "v1",
        fieldPath: "spec.containers{app}",
      },
      reason: "Started",
      message: "it runs",
      type: "Normal",
      source: { component: "kubelet", host: "n" },
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
      count: 2,
    };
    await post("events", event);
    await post("events", {
      ...event,
      metadata: { name: "f" },
      involvedObject: { ...event.involvedObject, namespace: "default" },
    });
    for (const selector of [
      "involvedObject.name=p",
      "involvedObject.kind=Service",
      "reason=Started,type=Normal",
      "type!=Normal",
      "involvedObject.uid=u",
      "source=kubelet",
    ]) {
      await get(`events?fieldSelector=${selector}`, { show: namesOf });
    }
  });
}
