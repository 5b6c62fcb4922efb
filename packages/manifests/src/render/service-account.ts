import type { ServiceAccount } from "@fairway/objects";
import { metadata, type Place } from "./place.ts";
import { pullSecretName } from "./pull-secret.ts";

/** An identity of its own, without a token: services do not talk to the Kubernetes API. */
export function serviceAccount(place: Place): readonly ServiceAccount[] {
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: metadata(place, place.inputs.spec.name),
      automountServiceAccountToken: false,
      ...(place.cluster.pullSecret ? { imagePullSecrets: [{ name: pullSecretName }] } : {}),
    },
  ];
}
