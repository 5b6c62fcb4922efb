/**
 * Every code that a `HatchIssue` may have, and what it means in a line. Causes, cures and examples stand in
 * docs/reference/kubernetes-issues.md.
 */
export const hatchCodes: Readonly<Record<string, string>> = {
  "cluster-scoped": "An object belongs to the whole cluster.",
  "foreign-namespace": "An object names another namespace than its service's.",
  "missing-field": "An object lacks a field that its kind must have.",
  "not-an-object": "A document is no Kubernetes object.",
  "object-exists": "An object has the name of another one.",
  "object-not-allowed": "The platform's profile does not let teams bring this kind.",
  "patch-ambiguous": "A patch could mean several objects.",
  "patch-failed": "A patch does not fit its object.",
  "patch-no-target": "A patch finds no object.",
  "patch-not-allowed": "The platform's profile does not let teams change this kind.",
  "patch-of-identity": "A patch changes what makes an object that of its service.",
  "reserved-label": "An object has a label or annotation that only Fairway sets.",
  "too-many-objects": "`kubernetes/` holds more objects than one service may bring.",
  "unknown-field": "A kind has no field of this name.",
  "unknown-kind": "Fairway does not know this kind.",
  "written-by-the-cluster": "An object was copied out of a cluster, with what the cluster wrote into it.",
  "wrong-type": "A field has a value of another type than it takes.",
  "yaml-syntax": "A file is no YAML.",
};
