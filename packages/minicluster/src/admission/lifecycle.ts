import { timestamp } from "../clock/clock.ts";
import {
  childOf,
  copyOf,
  equalJson,
  freeze,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  stringsAt,
  textAt,
} from "../json.ts";
import { apply, trackUpdate, type Writer } from "../ownership/field-manager.ts";
import { differOnlyInOwnershipTimes, encodeManagers, type Managers } from "../ownership/managed-fields.ts";
import { apiVersionOf, type HookContext, type Kind } from "../registry/kind.ts";
import { metadataCauses, metadataUpdateCauses } from "../registry/metadata-validation.ts";
import { kindOf } from "../registry/registry.ts";
import { shapeOf } from "../schema/shape.ts";
import {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalid,
  notFound,
  type StatusCause,
} from "../status.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { desiredChanged, hasSameContent } from "./content-changes.ts";
import { asPatchError, decodeBody } from "./decode-body.ts";
import { type DeletionOptions, mayBeRemoved, planDeletion } from "./deletion.ts";
import { aggregated, applyLimitRanges, limitRangeProblems } from "./limit-range.ts";
import { weigh } from "./quota.ts";
import {
  checkName,
  checkPreconditions,
  deletionTimeCauses,
  keepSystemMetadata,
  placeInNamespace,
} from "./system-metadata.ts";
import { resetFields, withinSubresource } from "./within-subresource.ts";
import type { WriteContext } from "./write-context.ts";

/** A change of a stored object: gets it, read-only, and gives what shall be stored; what stays may be shared. */
export type Transform = (current: JsonObject) => JsonObject;

/** The path of every write: decode, default, prepare, validate, track ownership, store. */
export interface Lifecycle {
  create(kind: Kind, namespace: string, body: JsonObject, context: WriteContext): JsonObject;
  update(kind: Kind, namespace: string, name: string, transform: Transform, context: WriteContext): JsonObject;
  /** Server-side apply; creates the object when it is missing. */
  apply(
    kind: Kind,
    namespace: string,
    name: string,
    configuration: JsonObject,
    context: WriteContext & { readonly force: boolean },
  ): { readonly object: JsonObject; readonly created: boolean };
  /** Gives a pod that has none its node, as `pods/binding` does: nothing else changes, and nobody comes to own it. */
  bind(namespace: string, name: string, node: string): JsonObject;
  /** `removed` is false when the object stays for its grace period or finalizers. */
  remove(
    kind: Kind,
    namespace: string,
    name: string,
    options: DeletionOptions,
  ): { readonly object: JsonObject; readonly removed: boolean };
}

/** How `metadata.managedFields` of the next state come about. */
type Ownership = (next: JsonObject) => void;

export interface LifecycleOptions {
  readonly store: ObjectStore;
  readonly clock: { now(): number };
  readonly newUid: () => string;
  /** A number in [0, 1), for generated names. */
  readonly random: () => number;
}

const generatedLetters = "bcdfghjklmnpqrstvwxz2456789";
const immortal = new Set(["default", "kube-system", "kube-public"]);

export function createLifecycle({ store, clock, newUid, random }: LifecycleOptions): Lifecycle {
  const hooks: HookContext = { list: (resource) => store.list(resource) };

  function checkNamespaceOpen(kind: Kind, namespace: string, name: string): void {
    if (!kind.namespaced) return;
    const found = store.get("namespaces", "", namespace);
    if (found === undefined) throw notFound({ group: "", resource: "namespaces" }, namespace);
    if (textAt(found, "metadata", "deletionTimestamp") === "") return;
    const message = `namespace ${namespace} is being terminated`;
    throw forbidden(
      kind,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [{ reason: "NamespaceTerminating", message, field: "metadata.namespace" }],
    );
  }

  function checkServiceAccount(kind: Kind, object: JsonObject, namespace: string, name: string): void {
    if (kind.resource !== "pods") return;
    const account = textAt(object, "spec", "serviceAccountName");
    // Nothing here hands out tokens, so the account that every namespace has need not exist.
    if (account === "default" || account === "" || store.get("serviceaccounts", namespace, account)) return;
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw forbidden(kind, name, why);
  }

  /** Adds what the object uses to the usage of the namespace's quotas; throws when one would be exceeded. */
  function chargeQuotas(
    kind: Kind,
    object: JsonObject,
    previous: JsonObject | undefined,
    namespace: string,
    name: string,
    isDryRun: boolean,
  ): void {
    if (!kind.namespaced || kind.resource === "events") return;
    const charged = store.list("resourcequotas", namespace).map((quota) => {
      const verdict = weigh(quota, kind, object, previous, clock.now());
      if (!verdict.ok) throw forbidden(kind, name, verdict.why);
      return { quota, used: verdict.used };
    });
    for (const { quota, used } of charged) {
      if (used === undefined || isDryRun) continue;
      const transform = (current: JsonObject) => ({
        ...current,
        status: { hard: stringsAt(current, "status", "hard"), used: { ...used } },
      });
      update(requireKind("resourcequotas"), namespace, textAt(quota, "metadata", "name"), transform, {
        manager: "kube-apiserver",
        subresource: "status",
        dryRun: false,
        fieldValidation: "Ignore",
        warn() {},
      });
    }
  }

  function check(kind: Kind, object: JsonObject, causes: readonly StatusCause[]): void {
    if (causes.length > 0) throw invalid(kind, textAt(object, "metadata", "name"), causes);
  }

  function generatedName(kind: Kind, namespace: string, prefix: string): string {
    // Kubernetes keeps room for the suffix within a DNS label.
    const base = prefix.slice(0, 58);
    for (let attempt = 0; attempt < 8; attempt++) {
      let suffix = "";
      for (let i = 0; i < 5; i++) suffix += generatedLetters[Math.floor(random() * generatedLetters.length)] ?? "b";
      if (store.get(kind.resource, namespace, base + suffix) === undefined) return base + suffix;
    }
    throw alreadyExists(kind, prefix);
  }

  function stored(kind: Kind, object: JsonObject, dryRun: boolean): JsonObject {
    return dryRun ? freeze(object) : store.put(kind.resource, object).object;
  }

  function writer(kind: Kind, context: WriteContext): Writer {
    return {
      manager: context.manager,
      apiVersion: apiVersionOf(kind),
      subresource: context.subresource,
      now: context.subresource === "scale" ? undefined : clock.now(),
      resetFields: resetFields(kind, context.subresource),
    };
  }

  function create(
    kind: Kind,
    namespace: string,
    body: JsonObject,
    context: WriteContext,
    ownership?: Ownership,
  ): JsonObject {
    const object = decodeBody(kind, body, context);
    const metadata = childOf(object, "metadata");
    placeInNamespace(kind, metadata, namespace);
    if (textAt(metadata, "resourceVersion") !== "") {
      // The API server's own code for it.
      throw new ApiError(500, "", "resourceVersion should not be set on objects to be created");
    }
    if (textAt(metadata, "name") === "" && textAt(metadata, "generateName") !== "") {
      metadata["name"] = generatedName(kind, namespace, textAt(metadata, "generateName"));
    }
    const name = textAt(metadata, "name");
    // What would be an error of validation anyway must not look like a missing namespace.
    if (name !== "") checkNamespaceOpen(kind, namespace, name);
    const existing = store.get(kind.resource, kind.namespaced ? namespace : "", name);
    for (const field of ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion"]) {
      delete metadata[field];
    }
    metadata["uid"] = newUid();
    metadata["creationTimestamp"] = timestamp(clock.now());
    if (kind.generation) metadata["generation"] = 1;
    else delete metadata["generation"];
    if (kind.subresources.includes("status") && kind.resource !== "nodes") object["status"] = {};
    kind.defaults?.(object);
    if (ownership !== undefined) ownership(object);
    else if (context.isUnowned === true) delete metadata["managedFields"];
    else trackUpdate(shapeOf(kind.schema), undefined, object, writer(kind, context));
    const ranges = kind.resource === "pods" ? store.list("limitranges", namespace) : [];
    applyLimitRanges(object, ranges);
    checkServiceAccount(kind, object, namespace, name);
    kind.prepareCreate?.(object, hooks);
    check(kind, object, [...metadataCauses(kind, object), ...(kind.validate?.(object) ?? [])]);
    if (existing !== undefined) throw alreadyExists(kind, name, existing);
    const broken = limitRangeProblems(object, ranges);
    if (broken.length > 0) throw forbidden(kind, name, aggregated(broken));
    context.approve?.(kind, object, undefined);
    chargeQuotas(kind, object, undefined, namespace, name, context.dryRun);
    return stored(kind, object, context.dryRun);
  }

  function update(
    kind: Kind,
    namespace: string,
    name: string,
    transform: Transform,
    context: WriteContext,
    ownership?: Ownership,
  ): JsonObject {
    const space = kind.namespaced ? namespace : "";
    const current = store.get(kind.resource, space, name);
    if (current === undefined) throw notFound(kind, name);
    const changed = transform(current);
    const isKept = hasSameContent(changed, current);
    const decoded = () => decodeBody(kind, changed, context, isKept ? current : undefined);
    let object = context.patch === true ? asPatchError(decoded) : decoded();
    const metadata = { ...childOf(object, "metadata") };
    object["metadata"] = metadata;
    placeInNamespace(kind, metadata, namespace);
    checkName(metadata, name);
    const otherUid = [
      ...checkPreconditions(kind, name, metadata, current, context),
      ...deletionTimeCauses(metadata, current),
    ];
    keepSystemMetadata(metadata, current);
    // Hooks change what they get: they get copies, unless there is nothing in it for them to change.
    object = withinSubresource(kind, object, current, context.subresource, isKept ? same : copyOf);
    if (!isKept) kind.defaults?.(object);
    if (ownership === undefined) trackUpdate(shapeOf(kind.schema), current, object, writer(kind, context));
    else ownership(object);
    if (context.subresource === "") kind.prepareUpdate?.(object, current, hooks);
    if (kind.generation) {
      const before = numberAt(current, "metadata", "generation") ?? 1;
      // Of a Deployment the API server counts what annotations ask for, too.
      const annotated =
        kind.resource === "deployments" &&
        context.subresource === "" &&
        !equalJson(stringsAt(object, "metadata", "annotations"), stringsAt(current, "metadata", "annotations"));
      childOf(object, "metadata")["generation"] = annotated || desiredChanged(object, current) ? before + 1 : before;
    }
    const causes = [...otherUid, ...metadataCauses(kind, object, current), ...metadataUpdateCauses(object, current)];
    if (!isKept && context.subresource !== "status" && context.subresource !== "finalize") {
      causes.push(...(kind.validate?.(object) ?? []), ...(kind.validateUpdate?.(object, current) ?? []));
    }
    check(kind, object, causes);
    if (mayBeRemoved(object)) {
      if (!context.dryRun) store.delete(kind.resource, space, name);
      return freeze(object);
    }
    // A write that changes nothing but the times of ownership is none.
    if (differOnlyInOwnershipTimes(object, current)) return current;
    context.approve?.(kind, object, current);
    if (context.subresource === "" && (kind.resource === "pods" || kind.resource === "services")) {
      chargeQuotas(kind, object, current, namespace, name, context.dryRun);
    }
    return stored(kind, object, context.dryRun);
  }

  return {
    create: (kind, namespace, body, context) => create(kind, namespace, body, context),
    update: (kind, namespace, name, transform, context) => update(kind, namespace, name, transform, context),

    apply(kind, namespace, name, configuration, context) {
      const shape = shapeOf(kind.schema);
      const apiVersion = apiVersionOf(kind);
      const given = textAt(configuration, "apiVersion");
      if (given !== apiVersion || textAt(configuration, "kind") !== kind.kind) {
        const version = given.includes("/") || given === "" ? given || "/" : `/${given}`;
        throw badRequest(`invalid object type: ${version}, Kind=${textAt(configuration, "kind")}`);
      }
      const by = writer(kind, context);
      const patch = copyOf(configuration);
      const metadata = childOf(patch, "metadata");
      metadata["name"] ??= name;
      if (store.get(kind.resource, kind.namespaced ? namespace : "", name) === undefined) {
        const uid = textAt(metadata, "uid");
        if (uid !== "") {
          const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
          throw conflict(kind, name, why);
        }
        checkName(metadata, name);
        delete metadata["resourceVersion"];
        const applied = apply(shape, undefined, patch, by, context.force);
        const own = (next: JsonObject) => encodeManagers(next, applied.managers);
        return { object: create(kind, namespace, applied.object, context, own), created: true };
      }
      let managers: Managers = new Map();
      const transform = (current: JsonObject) => {
        const applied = apply(shape, current, patch, by, context.force);
        managers = applied.managers;
        return applied.object;
      };
      const own = (next: JsonObject) => encodeManagers(next, managers);
      return { object: update(kind, namespace, name, transform, context, own), created: false };
    },

    bind(namespace, name, node) {
      const kind = requireKind("pods");
      const current = store.get(kind.resource, namespace, name);
      if (current === undefined) throw notFound(kind, name);
      const binding = { group: "", resource: "pods/binding" };
      if (textAt(current, "metadata", "deletionTimestamp") !== "") {
        throw conflict(binding, name, `pod ${name} is being deleted, cannot be assigned to a host`);
      }
      const taken = textAt(current, "spec", "nodeName");
      if (taken !== "")
        throw conflict(binding, name, `pod ${name} is already assigned to node ${JSON.stringify(taken)}`);
      const generation = (numberAt(current, "metadata", "generation") ?? 1) + 1;
      const metadata = { ...objectAt(current, "metadata"), generation };
      const spec = { ...objectAt(current, "spec"), nodeName: node };
      return stored(kind, { ...current, metadata, spec }, false);
    },

    remove(kind, namespace, name, options) {
      const space = kind.namespaced ? namespace : "";
      const current = store.get(kind.resource, space, name);
      if (current === undefined) throw notFound(kind, name);
      const uid = textAt(current, "metadata", "uid");
      // Named as the API server does here, by the kind.
      const named = { group: kind.group, resource: kind.kind };
      if (options.uid !== undefined && options.uid !== uid) {
        const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
        throw conflict(named, name, why);
      }
      const version = textAt(current, "metadata", "resourceVersion");
      if (options.resourceVersion !== undefined && options.resourceVersion !== version) {
        const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`;
        throw conflict(named, name, why);
      }
      if (kind.resource === "namespaces" && immortal.has(name)) {
        throw forbidden(kind, name, "this namespace may not be deleted");
      }
      const plan = planDeletion(kind, current, options, clock.now());
      if (plan.action === "none") return { object: current, removed: false };
      if (plan.action === "mark") return { object: stored(kind, plan.object, options.dryRun === true), removed: false };
      if (options.dryRun === true) return { object: current, removed: true };
      return { object: store.delete(kind.resource, space, name)?.object ?? current, removed: true };
    },
  };
}

function same<Part extends Json>(part: Part): Part {
  return part;
}

/** Finds the kind or fails as an unknown resource does. */
export function requireKind(resource: string): Kind {
  const kind = kindOf(resource);
  if (kind === undefined) throw new ApiError(404, "NotFound", "the server could not find the requested resource", {});
  return kind;
}
