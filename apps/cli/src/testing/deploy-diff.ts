import type { DeployDiff } from "@fairway/api";

type InCluster = DeployDiff["clusters"][number];
type ChangedObject = InCluster["objects"][number];
type Field = ChangedObject["fields"][number];

/** An answer about `shop`; everything that a test does not say is well. */
export function deployDiff(more: Partial<DeployDiff> = {}): DeployDiff {
  return {
    service: "shop",
    environment: "prod",
    active: "5b02aa3d9e11",
    release: "7c41e0b8a402",
    code: "running",
    notes: [],
    clusters: [inCluster("alpha"), inCluster("beta")],
    ...more,
  };
}

export function inCluster(cluster: string, more: Partial<InCluster> = {}): InCluster {
  return { cluster, compared: true, objects: [], unchanged: 5, problems: [], ...more };
}

/** A changed object, unless it says another thing. */
export function changed(kind: string, name: string, more: Partial<ChangedObject> = {}): ChangedObject {
  return { change: "changed", apiVersion: "v1", kind, namespace: "shop", name, fields: [], risks: [], ...more };
}

export function field(path: string, from: unknown, to: unknown, hidden = false): Field {
  const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
  return {
    ...{ path, change, hidden },
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
