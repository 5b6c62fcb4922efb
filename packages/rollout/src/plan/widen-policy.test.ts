import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkPolicy } from "@fairway/objects";
import { widenPolicy } from "./widen-policy.ts";

type Spec = NonNullable<NetworkPolicy["spec"]>;

function policy(spec: Spec): NetworkPolicy {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "user" }, spec };
}

const to = (name: string) => ({ to: [{ podSelector: { matchLabels: { "fairway.dev/service": name } } }] });
const both = ["Ingress", "Egress"] as const;
const widened = (spec: Spec, former: Spec | undefined): Spec | undefined => {
  const result = widenPolicy(policy(spec), former === undefined ? undefined : policy(former));
  return policy(spec).spec && Object(result).spec;
};

test("what the former release may reach stays open, what it could not is added", () => {
  const former = { policyTypes: both, egress: [to("pay"), to("mail")] };
  const next = { policyTypes: both, egress: [to("pay"), to("shop")] };
  assert.deepEqual(widened(next, former)?.egress, [to("pay"), to("shop"), to("mail")]);
});

test("a policy that takes nothing away is the same object", () => {
  const next = policy({ policyTypes: both, egress: [to("pay"), to("shop")] });
  assert.equal(widenPolicy(next, policy({ policyTypes: both, egress: [to("pay")] })), next);
});

test("a direction that was not restricted is open", () => {
  const next = { policyTypes: both, ingress: [], egress: [to("pay")] };
  const open = widened(next, { policyTypes: ["Ingress"], ingress: [] });
  assert.deepEqual(open, { policyTypes: both, ingress: [], egress: [to("pay"), {}] });
  assert.deepEqual(widened(next, undefined), { policyTypes: both, ingress: [{}], egress: [to("pay"), {}] });
});

test("a policy that gets other pods stays as it was", () => {
  const former = { podSelector: { matchLabels: { app: "old" } }, policyTypes: both };
  assert.deepEqual(widened({ podSelector: { matchLabels: { app: "new" } }, policyTypes: both }, former), former);
});
