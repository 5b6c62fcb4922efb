import { type KubernetesObject, refOf } from "@fairway/objects";
import { type Cluster, ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { collectionPath, objectPath, requireKind } from "./api-path.ts";
import { listObjects, requireObject } from "./list-objects.ts";

/** Who owns what is applied, in every cluster. */
const fieldManager = "fairway";
const written = { fieldManager, fieldValidation: "Strict" };

/** Reading and writing objects, as the Cluster port wants it. */
export function clusterObjects(
  client: ApiClient,
): Pick<Cluster, "get" | "list" | "apply" | "create" | "replace" | "delete"> {
  const { cluster } = client;
  return {
    async get(ref, signal) {
      const path = objectPath(cluster, ref);
      const found = await absentAsUndefined(client.json({ method: "GET", path }, { repeatable: true, signal }));
      return found === undefined ? undefined : requireObject(cluster, found);
    },

    async list(of, signal) {
      const { namespace, labels } = of;
      return listObjects(client, { kind: requireKind(cluster, of), namespace, labels }, signal);
    },

    async apply(object, options = {}, signal) {
      const { dryRun = false, force = false, resourceVersion, uid, manager = fieldManager } = options;
      const stored = await client.json(
        {
          method: "PATCH",
          path: objectPath(cluster, refOf(object)),
          query: { ...written, fieldManager: manager, force: String(force), dryRun: dryRun ? "All" : undefined },
          body: {
            contentType: "application/apply-patch+yaml",
            text: JSON.stringify({
              ...object,
              metadata: {
                ...withoutServerFields(object),
                ...(resourceVersion === undefined ? {} : { resourceVersion }),
                ...(uid === undefined ? {} : { uid }),
              },
            }),
          },
        },
        // Applied twice is applied once, but the second time finds another version than the one it was decided on.
        { repeatable: dryRun || resourceVersion === undefined, signal },
      );
      return requireObject(cluster, stored);
    },

    async create(object, signal, { dryRun = false } = {}) {
      const path = collectionPath(requireKind(cluster, object), object.metadata.namespace);
      const request = write("POST", path, { ...object, metadata: withoutServerFields(object) }, dryRun);
      return requireObject(cluster, await client.json(request, { repeatable: dryRun, signal }));
    },

    async replace(object, signal) {
      if (object.metadata.resourceVersion === undefined)
        throw new ClusterError("invalid", cluster, "an object is replaced only with its resourceVersion");
      const { managedFields: _managedFields, ...metadata } = object.metadata;
      const request = write("PUT", objectPath(cluster, refOf(object)), { ...object, metadata });
      return requireObject(cluster, await client.json(request, { repeatable: false, signal }));
    },

    async delete(ref, preconditions, signal) {
      const request = {
        method: "DELETE",
        path: objectPath(cluster, ref),
        body: {
          contentType: "application/json",
          text: JSON.stringify({
            apiVersion: "v1",
            kind: "DeleteOptions",
            propagationPolicy: "Background",
            ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
          }),
        },
      } as const;
      const repeatable = preconditions.resourceVersion === undefined;
      await absentAsUndefined(client.text(request, { repeatable, signal }));
    },
  };
}

function write(method: "POST" | "PUT", path: string, object: unknown, dryRun = false) {
  return {
    method,
    path,
    query: { ...written, dryRun: dryRun ? "All" : undefined },
    body: { contentType: "application/json", text: JSON.stringify(object) },
  };
}

/** What only the API writes, and refuses or ignores from others. */
function withoutServerFields(object: KubernetesObject) {
  const { managedFields, resourceVersion, uid, generation, creationTimestamp, ...metadata } = object.metadata;
  return metadata;
}

async function absentAsUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ClusterError && error.code === "not-found") return undefined;
    throw error;
  }
}
