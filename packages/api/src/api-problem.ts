import type { Problem } from "./schemas.ts";

/** Codes that the client itself gives; all others come from the server. */
export type ClientProblemCode =
  /** No answer at all: refused, reset, name not found. `status` is 0. */
  | "server-unreachable"
  /** No whole answer within the deadline. `status` is 0. */
  | "deadline-exceeded"
  /** Something answered, but not this API: another program, a proxy, a version that does not fit. */
  | "unexpected-response"
  /** 304: the version that was sent is still the newest. */
  | "not-modified";

/** The one error of the client: problem details (RFC 9457) of a refused request, or why there was no answer. */
export class ApiProblem extends Error {
  /** Stable and kebab-case; compare this, never the message. */
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Every problem of a refused input. */
  readonly issues: NonNullable<Problem["issues"]>;

  constructor(problem: Omit<Problem, "type">, options: { readonly cause?: unknown } = {}) {
    super(problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`, options);
    this.name = "ApiProblem";
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.hint = problem.hint;
    this.issues = problem.issues ?? [];
  }
}
