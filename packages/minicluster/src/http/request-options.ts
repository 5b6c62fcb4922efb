import type { WriteContext } from "../admission/write-context.ts";
import { notSupported, required } from "../registry/causes.ts";
import { badRequest, invalid } from "../status.ts";

/** A boolean parameter as Go reads it. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && ["", "1", "t", "T", "true", "TRUE", "True"].includes(value);
}

/** A whole number; undefined when it is not given or negative. Throws `ApiError` 400. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text) < 0 ? undefined : Number(text);
}

/** The options of a verb, as errors name them. */
type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions" | "DeleteOptions";

/** Whether the write is a dry run. Throws `ApiError` 422 for anything but `All`. */
export function dryRun(values: readonly string[], kind: OptionsKind): boolean {
  if (values.some((value) => value !== "All")) {
    throw invalid({ group: "meta.k8s.io", kind }, "", [notSupported("dryRun", [...values], ["All"])]);
  }
  return values.length > 0;
}

/** Reads fieldManager, fieldValidation and dryRun; without a manager it is the client's name, as in the API server. */
export function writeContext(
  query: URLSearchParams,
  userAgent: string,
  subresource: WriteContext["subresource"],
  warn: (message: string) => void,
  method: string | undefined,
): WriteContext {
  const kind = method === "PATCH" ? "PatchOptions" : method === "PUT" ? "UpdateOptions" : "CreateOptions";
  const manager = query.get("fieldManager") || userAgent.split("/")[0] || "unknown";
  if (manager.length > 128) {
    throw invalid({ group: "meta.k8s.io", kind }, "", [
      { reason: "FieldValueTooLong", message: "Too long: may not be more than 128 bytes", field: "fieldManager" },
    ]);
  }
  const fieldValidation = query.get("fieldValidation") || "Warn";
  if (fieldValidation !== "Strict" && fieldValidation !== "Warn" && fieldValidation !== "Ignore") {
    throw invalid({ group: "meta.k8s.io", kind }, "", [
      notSupported("fieldValidation", fieldValidation, ["", "Ignore", "Strict", "Warn"]),
    ]);
  }
  return { manager, subresource, dryRun: dryRun(query.getAll("dryRun"), kind), fieldValidation, warn };
}

/** A server-side apply must name its manager. */
export function requireManager(query: URLSearchParams): void {
  if ((query.get("fieldManager") ?? "") !== "") return;
  throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
    required("fieldManager", "is required for apply patch"),
  ]);
}
