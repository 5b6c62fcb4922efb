import { createHash, randomBytes } from "node:crypto";
import { Refusal } from "../http/refusal.ts";
import { keepNewest } from "../keep-newest.ts";

const lifetime = 10 * 60_000;
/** Codes that may wait at once; more than a person can have open. */
const most = 20;
/** Wrong codes within `window` before further wrong ones are put off. At 128 bits this is manners, not defence. */
const attempts = 10;
const window = 60_000;

/** Single-use codes that sign a browser in. Kept in memory and only as hashes: a restart ends them. */
export interface SignInCodes {
  create(): { readonly code: string; readonly expiresAt: number };
  /**
   * Uses a code up. Throws `code-not-valid`, and `too-many-attempts` after ten wrong ones in a minute; a right one is taken
   * all the same, or whoever can reach the port could keep everybody else out.
   */
  redeem(code: string): void;
}

/** @param now milliseconds since the epoch */
export function signInCodes(now: () => number): SignInCodes {
  const waiting = new Map<string, number>();
  let failures: number[] = [];
  const forgetOld = () => {
    for (const [hash, expiresAt] of waiting) if (expiresAt <= now()) waiting.delete(hash);
  };
  return {
    create() {
      forgetOld();
      const code = randomBytes(16).toString("base64url");
      const expiresAt = now() + lifetime;
      keepNewest(waiting, hashOf(code), expiresAt, most);
      return { code, expiresAt };
    },
    redeem(code) {
      forgetOld();
      if (waiting.delete(hashOf(code))) return;
      failures = failures.filter((at) => at > now() - window);
      if (failures.length >= attempts) {
        throw new Refusal(
          { status: 429, code: "too-many-attempts", title: "Too many wrong codes", hint: "try again in a minute" },
          { retryAfter: 60 },
        );
      }
      failures.push(now());
      throw new Refusal({
        status: 403,
        code: "code-not-valid",
        title: "This sign-in code is not valid any more",
        hint: "a code works once and for 10 minutes; get a new one with: fairway open",
      });
    },
  };
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("base64url");
}
