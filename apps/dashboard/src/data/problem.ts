import { ApiProblem } from "@fairway/api";

/** What a page shows of a failure. */
export interface ShownProblem {
  readonly title: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** HTTP status, 0 without an answer. */
  readonly status: number;
  readonly code: string;
}

/** A failure of any kind in the words that the server gave it. */
export function shownProblem(error: unknown): ShownProblem {
  if (error instanceof ApiProblem) {
    const { title, detail, hint, status, code } = error;
    if (code === "server-unreachable") {
      return {
        title,
        detail: undefined,
        hint: hint ?? "Check that Fairway runs (npm start) and that this machine reaches it.",
        status,
        code,
      };
    }
    return { title, detail, hint, status, code };
  }
  return {
    title: "Something in this page failed",
    detail: error instanceof Error ? error.message : String(error),
    hint: "Load the page again. If it stays, the browser's console has the details.",
    status: 0,
    code: "page-failed",
  };
}

/** The session ended, or there never was one. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}
