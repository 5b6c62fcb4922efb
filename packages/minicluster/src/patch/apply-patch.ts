import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  PatchError,
  type Shape,
} from "@fairway/object-schema";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ApiError, badRequest } from "../status.ts";

export type PatchType = "json" | "merge" | "strategic";

/** Applies a patch; one that is none, or does not fit, is an `ApiError` as the API server answers it. */
export function applyPatch(type: PatchType, object: JsonObject, patch: Json, shape: Shape): JsonObject {
  try {
    if (type === "json") return applyJsonPatch(object, patch);
    if (!isObject(patch)) throw badRequest("the patch is no object");
    return type === "merge" ? applyMergePatch(object, patch) : applyStrategicMergePatch(object, patch, shape);
  } catch (error) {
    throw error instanceof PatchError ? answerOf(error) : error;
  }
}

function answerOf({ code, message }: PatchError): ApiError {
  switch (code) {
    case "malformed":
      return badRequest(message);
    case "too-large":
      return new ApiError(413, "RequestEntityTooLarge", message);
    case "no-merge-key":
      // The API server's own code for it.
      return new ApiError(500, "", message);
    case "not-applicable": {
      const error = new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});
      // The API server does not tell the client why either.
      error.cause = message;
      return error;
    }
  }
}
