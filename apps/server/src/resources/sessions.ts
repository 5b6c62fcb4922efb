import type { Handlers } from "../http/handler.ts";
import { Refusal } from "../http/refusal.ts";
import type { Authenticator } from "../sign-in/authenticator.ts";
import type { SignInCodes } from "../sign-in/sign-in-codes.ts";

/** Signing in and out, and who one is. */
export function sessionHandlers(
  codes: SignInCodes,
  authenticator: Authenticator,
): Pick<Handlers, "createSignInCode" | "signIn" | "signOut" | "account"> {
  return {
    createSignInCode: () => {
      const { code, expiresAt } = codes.create();
      return { code, expiresAt: new Date(expiresAt).toISOString() };
    },
    signIn: ({ body, setSession }) => {
      codes.redeem(body.code);
      setSession(authenticator.newSession());
      return undefined;
    },
    signOut: async ({ caller, setSession }) => {
      if (caller.session === undefined) {
        throw new Refusal({ status: 409, code: "no-session", title: "A token has no session to end" });
      }
      await authenticator.endSession(caller.session);
      setSession(undefined);
      return undefined;
    },
    account: ({ caller }) => ({ actor: caller.actor, permissions: [...caller.permissions].sort() }),
  };
}
