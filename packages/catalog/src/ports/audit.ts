/** Who did what; written for every command, also for refused ones. */
export interface AuditEntry {
  readonly at: string;
  readonly actor: string;
  readonly permission: string;
  /** Operation name of the API, for example `createRollout`. */
  readonly command: string;
  readonly target: string;
  readonly outcome: "accepted" | "refused";
  readonly detail: string | undefined;
}

export interface Audit {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. @param filter.about a word of the target: a service, a rollout's number. `before`: an id, for the next page. */
  list(filter: {
    readonly limit: number;
    readonly before?: number | undefined;
    readonly actor?: string | undefined;
    readonly about?: string | undefined;
    readonly outcome?: AuditEntry["outcome"] | undefined;
  }): Promise<readonly (AuditEntry & { readonly id: number })[]>;
}
