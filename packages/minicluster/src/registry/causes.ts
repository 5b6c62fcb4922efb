import { isObject, type Json } from "../json.ts";
import type { StatusCause } from "../status.ts";

// The words of k8s.io/apimachinery/pkg/util/validation/field, so that clients read what they know.

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "null";
  return isObject(value) || Array.isArray(value) || typeof value === "string" ? JSON.stringify(value) : String(value);
}

function withDetail(words: string, detail: string): string {
  return detail === "" ? words : `${words}: ${detail}`;
}

/** The field must be there and is not. */
export function required(field: string, detail = ""): StatusCause {
  return { reason: "FieldValueRequired", message: withDetail("Required value", detail), field };
}

/** The value breaks a rule. */
export function invalidValue(field: string, value: Json | undefined, detail: string): StatusCause {
  return { reason: "FieldValueInvalid", message: withDetail(`Invalid value: ${shown(value)}`, detail), field };
}

/** The value is none of the words that the field knows. */
export function notSupported(field: string, value: Json | undefined, supported: readonly string[]): StatusCause {
  const words = supported.map((word) => JSON.stringify(word)).join(", ");
  const message = `Unsupported value: ${shown(value)}: supported values: ${words}`;
  return { reason: "FieldValueNotSupported", message, field };
}

/** The value stands there twice. */
export function duplicate(field: string, value: Json): StatusCause {
  return { reason: "FieldValueDuplicate", message: `Duplicate value: ${shown(value)}`, field };
}

/** The field may not be set, or not be changed. */
export function forbiddenField(field: string, detail: string): StatusCause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${detail}`, field };
}

/** The value refers to something that is not there. */
export function missingReference(field: string, value: Json): StatusCause {
  return { reason: "FieldValueNotFound", message: `Not found: ${shown(value)}`, field };
}

/** Too many bytes. */
export function tooLong(field: string, limit: number): StatusCause {
  return { reason: "FieldValueTooLong", message: `Too long: may not be more than ${limit} bytes`, field };
}
