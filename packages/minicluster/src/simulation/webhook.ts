import { applyMergePatch } from "@fairway/object-schema";
import type { ApiCall } from "./api-call.ts";
import type { Trouble } from "./fault.ts";
import type { SimulatedRequest } from "./in-process-api.ts";
import { objectFrom } from "./object-from.ts";

/** The request as mutating webhooks would have it stored. Dry runs pass them too. */
export function withMutations(
  request: SimulatedRequest,
  call: ApiCall,
  mutations: readonly Extract<Trouble, { readonly kind: "mutate" }>[],
): SimulatedRequest {
  const isWrite = call.verb === "create" || call.verb === "update" || call.verb === "apply";
  const mine = mutations.filter(({ resource }) => resource === call.resource);
  if (!isWrite || mine.length === 0 || request.body === undefined) return request;
  const sent = objectFrom(JSON.parse(String(request.body.text)));
  const changed = mine.reduce((object, { patch }) => applyMergePatch(object, objectFrom(patch)), sent);
  return { ...request, body: { ...request.body, text: JSON.stringify(changed) } };
}
