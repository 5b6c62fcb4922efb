import { manager as ours } from "@fairway/manifests";
import {
  type FieldPath,
  fieldPaths,
  fieldsOwnedBy,
  isWithin,
  type KubernetesObject,
  type ManagedFieldsEntry,
  ownedPart,
  ownedPartOf,
  parseObject,
  withoutField,
} from "@fairway/objects";
import { replicasManager } from "./replicas.ts";

/** Somebody else who has set fields of an object, by the API's own account. */
export interface Owner {
  readonly manager: string;
  /** RFC 3339; when he changed any of them last. */
  readonly at: string | undefined;
  readonly paths: readonly string[];
}

/** A field that is there though no release has it. */
export interface Addition extends FieldPath {
  readonly manager: string;
  readonly at: string | undefined;
}

/** Parts of Kubernetes: what they write beside the release is their work. */
const components = new Set([
  "kube-controller-manager",
  "kube-scheduler",
  "kube-apiserver",
  "kubelet",
  "cloud-controller-manager",
]);

/** Not of the service: what `kubectl rollout restart` leaves, and what each tool notes about itself. */
const notes = ['.spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]', ".metadata", ".status"];

/** Everybody but us, the newest first; who writes status alone is left out. */
export function owners(live: KubernetesObject): readonly Owner[] {
  return others(live)
    .map((entry) => ({
      manager: entry.manager,
      at: entry.time,
      paths: ownPaths(live, entry).map(({ path }) => path),
    }))
    .toSorted((a, b) => ((a.at ?? "") < (b.at ?? "") ? 1 : -1));
}

/** Who has set this field, or something in it. */
export function ownerOf(live: KubernetesObject, path: string): Owner | undefined {
  return owners(live).find(({ paths }) => paths.some((one) => isWithin(one, path) || isWithin(path, one)));
}

/**
 * What others have put into an object of ours beside what the release says: a variable, a container. Not what Kubernetes
 * itself writes, labels, annotations, or replicas where the release has no number.
 *
 * @param stored as it is after an apply, or would be: else what they have changed counts as well
 */
export function additions(stored: KubernetesObject): readonly Addition[] {
  const own = fieldsOwnedBy(ours, stored);
  if (own === undefined) return [];
  const release = fieldPaths(ownedPart(stored, own)).map(({ path }) => path);
  return others(stored)
    .filter(({ manager, subresource }) => subresource === undefined && !components.has(manager))
    .flatMap((entry) =>
      ownPaths(stored, entry)
        .filter(({ path }) => path !== ".spec.replicas" && !notes.some((note) => isWithin(path, note)))
        .filter(({ path }) => !release.some((one) => isWithin(path, one) || isWithin(one, path)))
        .map((field) => ({ ...field, manager: entry.manager, at: entry.time })),
    );
}

/** The object without these; the same one where there are none. */
export function withoutAdditions(stored: KubernetesObject, added: readonly Pick<Addition, "path">[]): KubernetesObject {
  if (added.length === 0) return stored;
  const paths = wholeItems(added.map(({ path }) => path)).toReversed();
  const parsed = parseObject(paths.reduce<unknown>(withoutField, stored));
  return parsed.ok ? parsed.object : stored;
}

/** An item that somebody added goes as a whole: what is left of it without its fields would not be valid. */
function wholeItems(paths: readonly string[]): readonly string[] {
  const items = paths.flatMap((path) => /^(.*\[(\w+)=(?:"(?:[^"\\]|\\.)*"|\d+)\])\.\2$/.exec(path)?.[1] ?? []);
  const rest = paths.filter((path) => !items.some((item) => isWithin(path, item)));
  return [...items, ...rest];
}

/** What is empty may be all that is left of what somebody once had. */
function ownPaths(object: KubernetesObject, entry: ManagedFieldsEntry): readonly FieldPath[] {
  return fieldPaths(ownedPartOf(object, entry)).filter(
    ({ value }) => typeof value !== "object" || value === null || Object.keys(value).length > 0,
  );
}

function others({ metadata }: KubernetesObject): readonly ManagedFieldsEntry[] {
  return (metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== ours && manager !== replicasManager && subresource !== "status",
  );
}
