import assert from "node:assert/strict";
import { it } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { scenario } from "../testing/scenario.ts";

const labels = { "app.kubernetes.io/managed-by": "fairway", "fairway.dev/service": "user" };

function policy(name: string): KubernetesObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "user", labels },
    spec: { podSelector: {}, egress: [{ to: [{ podSelector: {} }] }] },
  };
}

it("a policy that only the former release has holds as long as its pods do", async () => {
  const world = scenario(["alpha"]);
  world.release("one", { extra: [policy("user"), policy("user-pay")] });
  world.release("two", { extra: [policy("user")] });
  const alpha = world.cluster("alpha");
  const engine = world.engine("engine-1");
  await world.deploy(engine, "one");
  // One that still answers its last requests.
  alpha.applyAs("kubelet", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "user-a-old",
      namespace: "user",
      labels: { ...labels, "fairway.dev/release": "one", "fairway.dev/slot": "a" },
    },
    status: { phase: "Running" },
  });
  const has = (name: string): boolean => alpha.objects("user").some(({ metadata }) => metadata.name === name);
  const { number } = await world.ask(engine, "two");
  await world.until(number, ({ phase }) => phase === "cleanup");
  await world.clock.advance(10_000);
  assert.ok(has("user-pay"));
  await alpha.delete({ apiVersion: "v1", kind: "Pod", namespace: "user", name: "user-a-old" }, {});
  const { status } = await world.ended(number);
  await engine.stop();
  assert.equal(status, "succeeded");
  assert.ok(!has("user-pay"));
  world.holds("two");
});
