/**
 * Why a patch could not be applied. `malformed`: it is no patch at all. `not-applicable`: it does not fit this object (a
 * failed test, a path that is not there). `too-large`: beyond the API server's limits. `no-merge-key`: an item of a
 * list lacks what tells it from others.
 */
export class PatchError extends Error {
  readonly code: "malformed" | "not-applicable" | "too-large" | "no-merge-key";

  constructor(code: PatchError["code"], message: string) {
    super(message);
    this.name = "PatchError";
    this.code = code;
  }
}
