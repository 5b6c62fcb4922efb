import { kindInfo } from "@fairway/objects";
import { type Right, rights } from "./rights.ts";

/** What is asked of every kind that a rollout writes. */
const write = ["get", "list", "create", "patch", "update", "delete"];
/** Kinds that no release has and every rollout writes. */
const always = new Set(["namespaces", "configmaps"]);
/** What rollouts look at, whatever the release has; nobody else can say how a rollout goes. */
const looked = [
  "pods",
  "replicasets.apps",
  "deployments.apps",
  "services",
  "endpointslices.discovery.k8s.io",
  "jobs.batch",
];
const read = new Set(["get", "list", "watch"]);

/**
 * The rights without which Fairway does not do its work.
 *
 * @param kinds those of one rollout: what others need is left out, and what a release brings beyond Fairway's own kinds
 * is in; without, all of the documented account
 */
export function neededRights(
  kinds?: readonly { readonly apiVersion: string; readonly kind: string }[],
): readonly Right[] {
  const own = rights.filter(({ dispensable }) => dispensable !== true);
  if (kinds === undefined) return own;
  const written = new Map(kinds.flatMap((of) => resourceOf(of)));
  const known = own.flatMap((right): readonly Right[] => {
    const name = nameOf(right);
    if (right.resource === "clusterroles") return written.has("rolebindings.rbac.authorization.k8s.io") ? [right] : [];
    if (always.has(name) || written.has(name)) return [right];
    const verbs = looked.includes(name) ? right.verbs.filter((verb) => read.has(verb)) : [];
    return verbs.length === 0 ? [] : [{ ...right, verbs }];
  });
  const documented = new Set(own.filter(({ verbs }) => verbs.includes("create")).map(nameOf));
  const brought = [...written].filter(([name]) => !documented.has(name)).map(([, right]) => right);
  return [...known, ...brought];
}

function resourceOf(of: { readonly apiVersion: string; readonly kind: string }): readonly (readonly [string, Right])[] {
  const info = kindInfo(of);
  if (info === undefined) return [];
  const group = info.apiVersion.includes("/") ? (info.apiVersion.split("/")[0] ?? "") : "";
  const right = { group, resource: info.resource, verbs: write, why: "the release brings one" };
  return [[nameOf(right), right]];
}

function nameOf({ group, resource }: Pick<Right, "group" | "resource">): string {
  return group === "" ? resource : `${resource}.${group}`;
}
