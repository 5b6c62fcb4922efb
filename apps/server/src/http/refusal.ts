import type { Problem } from "@fairway/api";

/** A request that cannot be done, for a reason that the caller may know. Becomes a problem (RFC 9457). */
export class Refusal extends Error {
  readonly problem: Omit<Problem, "type">;
  /** Seconds after which another try makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    problem: Omit<Problem, "type">,
    options: { readonly cause?: unknown; readonly retryAfter?: number } = {},
  ) {
    super(problem.detail ?? problem.title, { cause: options.cause });
    this.name = "Refusal";
    this.problem = problem;
    this.retryAfter = options.retryAfter;
  }
}

/** The answer to a name or number that is not there. */
export function notFound(what: string, hint?: string): Refusal {
  return new Refusal({
    status: 404,
    code: "not-found",
    title: "Not found",
    detail: what,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Thrown to say that the caller's version is the newest; becomes 304. */
export class NotModified extends Error {}
