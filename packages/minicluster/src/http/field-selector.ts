import { type JsonObject, textAt } from "../json.ts";
import type { Kind } from "../registry/kind.ts";
import { badRequest } from "../status.ts";

interface Term {
  readonly field: string;
  readonly equal: boolean;
  readonly wanted: string;
}

/** Throws `ApiError` 400. */
function termsOf(text: string): readonly Term[] {
  return text
    .split(/(?<!\\),/)
    .filter((term) => term.trim() !== "")
    .map((term) => {
      const match = /^\s*([^=!\s]+)\s*(==|=|!=)(.*)$/s.exec(term);
      const field = match?.[1];
      if (match === null || field === undefined) {
        throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      }
      const wanted = (match[3] ?? "").trim().replace(/\\([\\,=])/g, "$1");
      return { field, equal: match[2] !== "!=", wanted };
    });
}

/** Reads `status.phase=Running,spec.nodeName!=a`; throws `ApiError` 400 for fields that the kind does not offer. */
export function parseFieldSelector(kind: Kind, text: string): (object: JsonObject) => boolean {
  const terms = termsOf(text).map(({ field, equal, wanted }) => {
    const read = readerOf(kind, field);
    return (object: JsonObject) => (read(object) === wanted) === equal;
  });
  return (object) => terms.every((term) => term(object));
}

/** The only name that objects may have which a selector takes; "" when it takes several. Throws `ApiError` 400. */
export function selectedName(text: string): string {
  return termsOf(text).find(({ field, equal }) => field === "metadata.name" && equal)?.wanted ?? "";
}

function readerOf(kind: Kind, field: string): (object: JsonObject) => string {
  if (field === "metadata.name") return (object) => textAt(object, "metadata", "name");
  if (field === "metadata.namespace" && kind.namespaced) return (object) => textAt(object, "metadata", "namespace");
  const selectors = kind.fieldSelectors ?? {};
  const read = Object.hasOwn(selectors, field) ? selectors[field] : undefined;
  if (read === undefined) throw badRequest(unknownField(kind, field));
  return read;
}

/** The API server says it in two ways: kinds with fields of their own, and all others. */
function unknownField(kind: Kind, field: string): string {
  if (kind.fieldSelectors !== undefined) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
