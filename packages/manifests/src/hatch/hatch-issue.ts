import type { Issue } from "@fairway/spec";

/** One problem of what a team brings past the fields of app.toml, in the file where it stands. */
export interface HatchIssue extends Issue {
  /** `app.toml` or `kubernetes/<name>`. */
  readonly file: string;
}

/** Lines and columns count from 1; `length` is in characters. */
export type Place = Pick<Issue, "line" | "column" | "length">;
