/** The right to write, as one engine holds it. */
export interface Tenure {
  readonly epoch: number;
  /** Throws `LeaseLost` when the lease is gone; asks the journal only when that is in doubt. */
  prove(): Promise<void>;
  /** As `prove`, but always asks. */
  confirm(): Promise<void>;
  /** Whether the lease is known to be gone. */
  lost(): boolean;
}
