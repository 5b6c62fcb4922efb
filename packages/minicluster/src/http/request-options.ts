import type { WriteContext } from "../admission/lifecycle.ts";
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

/** Whether the write is a dry run. Throws `ApiError` 422 for anything but `All`. */
export function dryRun(values: readonly string[]): boolean {
  const wrong = values.find((value) => value !== "All");
  if (wrong !== undefined) {
    throw invalid({ group: "meta.k8s.io", kind: "CreateOptions" }, "", [notSupported("dryRun", wrong, ["All"])]);
  }
  return values.length > 0;
}

/** Reads fieldManager, fieldValidation and dryRun; without a manager it is the client's name, as in the API server. */
export function writeContext(
  query: URLSearchParams,
  userAgent: string,
  subresource: WriteContext["subresource"],
  warn: (message: string) => void,
): WriteContext {
  const manager = query.get("fieldManager") || userAgent.split("/")[0] || "unknown";
  if (manager.length > 128) {
    throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
      { reason: "FieldValueTooLong", message: "Too long: may not be more than 128 bytes", field: "fieldManager" },
    ]);
  }
  const fieldValidation = query.get("fieldValidation") || "Warn";
  if (fieldValidation !== "Strict" && fieldValidation !== "Warn" && fieldValidation !== "Ignore") {
    throw invalid({ group: "meta.k8s.io", kind: "CreateOptions" }, "", [
      notSupported("fieldValidation", fieldValidation, ["Ignore", "Strict", "Warn"]),
    ]);
  }
  return { manager, subresource, dryRun: dryRun(query.getAll("dryRun")), fieldValidation, warn };
}

/** A server-side apply must name its manager. */
export function requireManager(query: URLSearchParams): void {
  if ((query.get("fieldManager") ?? "") !== "") return;
  throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
    required("fieldManager", "is required for apply patch"),
  ]);
}
