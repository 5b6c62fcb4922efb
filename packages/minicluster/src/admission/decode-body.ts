import { type JsonObject, textAt } from "../json.ts";
import { invalidValue } from "../registry/causes.ts";
import { apiVersionOf, type Kind } from "../registry/kind.ts";
import { DecodeError, decode } from "../schema/decode.ts";
import { shapeOf } from "../schema/shape.ts";
import { ApiError, badRequest, invalid } from "../status.ts";
import type { WriteContext } from "./write-context.ts";

/** The body as an object of this kind; what the schema does not know is dropped, warned of or refused, as the context says. */
export function decodeBody(kind: Kind, body: JsonObject, context: WriteContext, current?: JsonObject): JsonObject {
  const apiVersion = apiVersionOf(kind);
  const given = textAt(body, "apiVersion");
  if ((given !== "" && given !== apiVersion) || (textAt(body, "kind") || kind.kind) !== kind.kind) {
    throw badRequest(
      `${textAt(body, "kind")} in version ${JSON.stringify(given)} cannot be handled as a ${kind.kind}: the API version in the data (${given}) and kind (${textAt(body, "kind")}) do not match the expected ${apiVersion}, ${kind.kind}`,
    );
  }
  const subject = `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}`;
  try {
    const { value, unknown } = decode(shapeOf(kind.schema), body, current);
    const problems = [
      ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
      ...(context.repeated ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`),
    ];
    if (problems.length > 0 && context.fieldValidation === "Strict") {
      throw badRequest(`${subject}: strict decoding error: ${problems.join(", ")}`);
    }
    if (context.fieldValidation === "Warn") for (const problem of problems) context.warn(problem);
    return { ...value, apiVersion, kind: kind.kind };
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`${subject}: ${error.message}`);
    throw error;
  }
}

/** What a patch makes of an object that then has a wrong type is the patch's fault. */
export function asPatchError(decoded: () => JsonObject): JsonObject {
  try {
    return decoded();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const why = error.message.replace(/^.* cannot be handled as a \w+: /, "");
    throw invalid({ group: "", kind: "" }, "", [invalidValue("patch", "", why)]);
  }
}
