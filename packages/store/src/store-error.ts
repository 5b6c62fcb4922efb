/** Why the store cannot serve. */
export type StoreErrorCode =
  /** The database's address cannot be used as it is written. */
  | "address-not-valid"
  /** No answer in time, or the connection broke; the last write may or may not have happened. */
  | "unreachable"
  /** The database answered and does not let us in (password, missing database, missing right). */
  | "refused"
  /** Another process has the folder. */
  | "locked"
  /** A newer version of Fairway has been here. */
  | "too-new"
  /** The tables could not be brought up to date. */
  | "migration-failed";

/**
 * The one error of the store that is not a caller's mistake. Its message never has the database's password; `cause`
 * keeps the driver's error, which never has it either.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "StoreError";
    this.code = code;
  }
}
