/** What a person should know about one code; each field one or two sentences. */
export interface CauseEntry {
  readonly meaning: string;
  readonly cause: string;
  readonly cure: string;
}
