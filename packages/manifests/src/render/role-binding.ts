import type { RoleBinding } from "@fairway/objects";
import { filled, metadata, type Place } from "./place.ts";

/**
 * What the owner team may do in the service's namespace; nothing where the profile gives nothing, or needs an owner and there is
 * none. The role is part of the name because a binding cannot change it.
 */
export function roleBinding(place: Place): readonly RoleBinding[] {
  const { spec, environment } = place.inputs;
  const { access } = place.cluster.profile;
  if (access === undefined || (spec.owner === undefined && access.group.includes("{owner}"))) return [];
  return [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: metadata(place, `owners-${access.role}`),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: access.role },
      subjects: [
        {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "Group",
          name: filled(access.group, spec, environment, place.cluster.name),
        },
      ],
    },
  ];
}
