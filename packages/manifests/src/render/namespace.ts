import type { Namespace } from "@fairway/objects";
import { metadata, type Place } from "./place.ts";

/** The namespace is the security unit: pods that ask for more than the profile's level are refused by the API. */
export function namespace(place: Place): readonly Namespace[] {
  const { security } = place.cluster.profile;
  // https://kubernetes.io/docs/concepts/security/pod-security-admission/
  const labels = {
    "pod-security.kubernetes.io/enforce": security,
    "pod-security.kubernetes.io/warn": security,
  };
  const { namespace, ...meta } = metadata(place, place.inputs.namespace, { labels });
  return [{ apiVersion: "v1", kind: "Namespace", metadata: meta }];
}
