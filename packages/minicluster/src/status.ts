import { type JsonObject, textAt } from "./json.ts";

/** One cause in a `Status`: which field, what is wrong with it. */
export interface StatusCause {
  /** For example `FieldValueRequired`, `FieldManagerConflict`. */
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/**
 * The body of every failed answer (Kubernetes API conventions, "Response Status Kind").
 */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  /** The HTTP status code. */
  readonly code?: number;
}

/** A failed call, as the `Status` that goes over the wire. `code` is the HTTP status, `reason` the machine-readable word. */
export class ApiError extends Error {
  readonly status: Status;
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string, details?: Status["details"]) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...(reason === "" ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** A resource as errors name it. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

function qualified(of: GroupResource): string {
  return of.group === "" ? of.resource : `${of.resource}.${of.group}`;
}

function detailsOf(of: GroupResource, name: string): NonNullable<Status["details"]> {
  return {
    ...(name === "" ? {} : { name }),
    ...(of.group === "" ? {} : { group: of.group }),
    kind: of.resource,
  };
}

/** 404: there is no such object. */
export function notFound(of: GroupResource, name: string): ApiError {
  return new ApiError(404, "NotFound", `${qualified(of)} "${name}" not found`, detailsOf(of, name));
}

/** 404 for a path that the server does not know. */
export function unknownPath(): ApiError {
  return new ApiError(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409: the name is taken. */
export function alreadyExists(of: GroupResource, name: string, existing?: JsonObject): ApiError {
  const leaves = textAt(existing, "metadata", "deletionTimestamp") !== "";
  const message = `${leaves ? "object is being deleted: " : ""}${qualified(of)} "${name}" already exists`;
  return new ApiError(409, "AlreadyExists", message, detailsOf(of, name));
}

/** 409: a precondition (resourceVersion, uid) did not hold. */
export function conflict(of: GroupResource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`;
  return new ApiError(409, "Conflict", message, detailsOf(of, name));
}

/** 409 with the sentence that clients know as "somebody wrote in between". */
export function modified(of: GroupResource, name: string): ApiError {
  return conflict(
    of,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

/** 403 by admission. */
export function forbidden(of: GroupResource, name: string, why: string, causes?: readonly StatusCause[]): ApiError {
  const what = name === "" ? qualified(of) : `${qualified(of)} "${name}"`;
  return new ApiError(403, "Forbidden", `${what} is forbidden: ${why}`, {
    ...detailsOf(of, name),
    ...(causes === undefined ? {} : { causes }),
  });
}

/** 400: the request cannot be understood. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

/** 422: the object breaks the rules of its kind; one cause for each. */
export function invalid(
  of: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly StatusCause[],
): ApiError {
  const kind = of.group === "" ? of.kind : `${of.kind}.${of.group}`;
  const sentences = [...new Set(causes.map((cause) => `${cause.field ?? ""}: ${cause.message}`))];
  const list = sentences.length === 1 ? `${sentences[0]}` : `[${sentences.join(", ")}]`;
  return new ApiError(422, "Invalid", `${kind} "${name}" is invalid: ${list}`, {
    ...(name === "" ? {} : { name }),
    ...(of.group === "" ? {} : { group: of.group }),
    ...(of.kind === "" ? {} : { kind: of.kind }),
    causes,
  });
}

/** 410: the resourceVersion or continue token is older than the kept history. */
export function expired(message: string): ApiError {
  return new ApiError(410, "Expired", message);
}

/** 405. */
export function methodNotAllowed(): ApiError {
  return new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

/** 429 with how long to wait in seconds, 0 when nobody knows. */
export function tooManyRequests(message: string, retryAfterSeconds: number, cause: StatusCause): ApiError {
  const wait = retryAfterSeconds === 0 ? {} : { retryAfterSeconds };
  return new ApiError(429, "TooManyRequests", message, { ...wait, causes: [cause] });
}

/** 415. */
export function unsupportedMediaType(message: string): ApiError {
  return new ApiError(415, "UnsupportedMediaType", message);
}

/** 406. */
export function notAcceptable(accepted: readonly string[]): ApiError {
  return new ApiError(406, "NotAcceptable", `only the following media types are accepted: ${accepted.join(", ")}`);
}

/** 413. */
export function tooLarge(limit: number): ApiError {
  return new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${limit}`);
}

/** 401: no token, or a wrong one. */
export function unauthorized(): ApiError {
  return new ApiError(401, "Unauthorized", "Unauthorized");
}

/** 500, without the inner error's text. */
export function internal(message: string): ApiError {
  return new ApiError(500, "InternalError", `Internal error occurred: ${message}`, {
    causes: [{ reason: "InternalError", message }],
  });
}
