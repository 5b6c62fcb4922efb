import type { Namespace } from "@fairway/objects";
import { commonLabels } from "../labels.ts";
import type { Place } from "./place.ts";

/** The namespace is the security unit: pods that ask for more than the restricted profile are refused by the API. */
export function namespace({ inputs, namespace }: Place): Namespace {
  // https://kubernetes.io/docs/concepts/security/pod-security-admission/
  const podSecurity = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
  };
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { ...commonLabels(inputs.spec.name, inputs.environment), ...podSecurity } },
  };
}
