import { ClusterError, type ClusterErrorCode, type ClusterErrorField } from "@fairway/rollout";
import { field, textField } from "./json-field.ts";

/** A Kubernetes `Status`, as far as errors need it (api-conventions.md, "Response Status Kind"). */
export interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  readonly retryAfterSeconds: number | undefined;
}

/** Far more than the API says; what a hostile one sends beyond goes into no message and no search. */
const longestText = 8 * 1024;
const mostCauses = 200;

/** Reads an answer that is not 2xx; a proxy's HTML or an empty body give a Status with little in it. */
export function parseStatus(code: number, body: string): Status {
  const value = parseJson(body);
  const details = field(value, "details");
  const causes = field(details, "causes");
  const retryAfter = field(details, "retryAfterSeconds");
  const text = (of: unknown, name: string) => textField(of, name).slice(0, longestText);
  const message = text(value, "message") || (value === undefined ? firstLine(body) : "");
  return {
    code,
    reason: text(value, "reason"),
    message: message === "" ? `HTTP status ${code}` : message,
    causes: (Array.isArray(causes) ? causes : []).slice(0, mostCauses).map((cause: unknown) => ({
      reason: text(cause, "reason"),
      message: text(cause, "message"),
      field: text(cause, "field"),
    })),
    retryAfterSeconds: typeof retryAfter === "number" ? retryAfter : undefined,
  };
}

/** Whether the same request may succeed soon: overload, a leader election, a timeout inside the API. */
export function isTransient(status: Status): boolean {
  return status.code === 429 || (status.code >= 500 && !webhookDown(status) && !notTyped(status));
}

/** Says what a Status means for the caller. */
export function statusError(cluster: string, status: Status): ClusterError {
  return new ClusterError(codeOf(status), cluster, status.message, { cause: status, fields: fieldsOf(status) });
}

function codeOf(status: Status): ClusterErrorCode {
  const { code, message } = status;
  if (code === 401) return "unauthenticated";
  if (code === 404) return "not-found";
  if (code === 409)
    return status.causes.some((cause) => cause.reason === "FieldManagerConflict") ? "field-conflict" : "conflict";
  // The object that a write was decided on has gone, and another one has its name.
  if (code === 422 && status.causes.some(({ field }) => field === "metadata.uid")) return "conflict";
  if (code === 403 && /exceeded quota|failed quota/.test(message)) return "quota-exceeded";
  // It is over when the namespace has gone, as with an object that is still being deleted.
  if (code === 403 && isTerminating(status)) return "conflict";
  if (webhookDown(status) || refusedByAdmission(status)) return "denied";
  // An authorizer says which verb is not allowed; other 403s are admission plugins (Pod Security, limit ranges, ...).
  if (code === 403) return /cannot [a-z]+ (resource|path)|^forbidden/i.test(message) ? "forbidden" : "denied";
  if (/does not support dry run/.test(message)) return "no-dry-run";
  if (code === 400 || code === 413 || code === 422 || notTyped(status)) return "invalid";
  if (isTransient(status)) return "unreachable";
  return "unknown";
}

/** Nothing new may come into a namespace that is being deleted. */
function isTerminating({ causes, message }: Status): boolean {
  return (
    causes.some(({ reason }) => reason === "NamespaceTerminating") || /because it is being terminated$/.test(message)
  );
}

/** The API answers, but cannot ask one of its webhooks: the API itself is well. */
function webhookDown(status: Status): boolean {
  return status.code === 500 && /failed calling webhook/.test(status.message);
}

/** Server-side apply answers an object that does not fit its schema with 500, as if the fault were the API's. */
function notTyped(status: Status): boolean {
  return status.code === 500 && /^failed to create typed patch object/.test(status.message);
}

/** A webhook refuses with a code of its own choice, a ValidatingAdmissionPolicy with 422: the message decides. */
function refusedByAdmission(status: Status): boolean {
  return (
    /admission webhook "[^"]*" denied the request/.test(status.message) ||
    /ValidatingAdmissionPolicy '[^']*'.* denied request/.test(status.message)
  );
}

const noSuchField = "there is no such field";

function fieldsOf(status: Status): readonly ClusterErrorField[] {
  const fields = status.causes.map((cause): ClusterErrorField => {
    const manager = /^conflict with "([^"]*)"/.exec(cause.message)?.[1];
    return { field: cause.field, message: cause.message, ...(manager === undefined ? {} : { manager }) };
  });
  if (fields.length > 0) return fields;
  // Strict decoding and typed patches put the fields only into the message.
  const unknown = [...status.message.matchAll(/unknown field "([^"]+)"/g)].map(([, name = ""]) => ({
    field: `.${name}`,
    message: noSuchField,
  }));
  const typed = notTyped(status) ? [...status.message.matchAll(/(?<![^\s:])(\.[^\s:]+): ([^\n]+)/g)] : [];
  return [
    ...unknown,
    ...typed.map(([, name = "", what = ""]) => ({
      field: name,
      message: what === "field not declared in schema" ? noSuchField : what,
    })),
  ];
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The API's own plain-text errors are one line; markup of a proxy says nothing. */
function firstLine(body: string): string {
  const line = body.trim().split("\n", 1)[0] ?? "";
  return line.startsWith("<") ? "" : line.slice(0, 300);
}
