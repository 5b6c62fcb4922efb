import { applyMergePatch } from "@fairway/object-schema";
import { requireKind } from "../admission/lifecycle.ts";
import type { Objects } from "../open-objects.ts";
import type { Trouble } from "./fault.ts";
import { objectFrom } from "./object-from.ts";

/** What somebody else does to an object; nothing when there is none. Throws `ApiError` when the API would refuse it. */
export function editObject(objects: Objects, edit: Extract<Trouble, { readonly kind: "edit" }>): void {
  const { resource, namespace = "", name, manager } = edit;
  const kind = requireKind(resource);
  if (objects.store.get(resource, namespace, name) === undefined) return;
  if (edit.patch === null) {
    objects.remove({ resource, namespace, name });
    return;
  }
  const patch = objectFrom(edit.patch);
  objects.lifecycle.update(kind, namespace, name, (current) => applyMergePatch(current, patch), {
    manager,
    subresource: "",
    dryRun: false,
    patch: true,
    fieldValidation: "Ignore",
    warn() {},
  });
}
