import type { DriftChange } from "./schemas.ts";

/** What somebody changed, in one line without when: `.spec.replicas of Deployment/user-a by kubectl-edit`. */
export function driftWords({ object, change, field, manager }: DriftChange): string {
  const by = manager === undefined ? "" : ` by ${manager}`;
  if (field !== undefined) {
    const did = change === "added" ? " was added" : change === "removed" ? " was taken out" : "";
    return `${field} of ${object}${did}${by}`;
  }
  switch (change) {
    case "deleted":
      return `${object} was deleted`;
    case "replaced":
      return `${object} was deleted and made anew${by}`;
    case "foreign":
      return `${object} does not carry the service's labels any more`;
    default:
      return `${object} was made${by}, with the service's labels`;
  }
}
