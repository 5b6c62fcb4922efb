import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { useClient } from "../data/client.ts";
import { shownProblem } from "../data/problem.ts";
import { Button } from "../elements/button.tsx";
import { Command } from "../elements/copying.tsx";
import { Mark } from "../elements/mark.tsx";
import { usePageTitle } from "../elements/page.tsx";
import { takeSignInCode } from "./code.ts";
import "./sign-in-page.css";

/** Only addresses of our own: a link must not lead a person who signs in to somewhere else. */
function ownAddress(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/services";
}

/** Turns the code that `fairway open` put into the address into a session. */
export function SignInPage() {
  usePageTitle("Sign in");
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/sign-in" });
  const signIn = useMutation({
    mutationFn: (code: string) => client.signIn({ body: { code } }),
    onSuccess: async () => {
      cache.clear();
      await navigate({ href: ownAddress(next), replace: true });
    },
  });
  const begin = useEffectEvent(() => {
    const code = takeSignInCode();
    if (code !== undefined) signIn.mutate(code);
  });
  const begun = useRef(false);
  useEffect(() => {
    if (!begun.current) begin();
    begun.current = true;
    const onHash = () => begin();
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);

  const problem = signIn.error === null ? undefined : shownProblem(signIn.error);
  const unanswered = problem !== undefined && problem.status === 0;
  return (
    <main className="sign-in">
      <div className="sign-in-panel card">
        <img src="/mark.svg" alt="" width="40" height="40" />
        <h1>{signIn.isPending ? "Signing in" : "Sign in to Fairway"}</h1>
        <div role="status">
          {problem !== undefined && (
            <p className="sign-in-problem">
              <Mark shape="triangle" tone="warn" />
              <span>
                {problem.title}
                {problem.detail !== undefined && `. ${problem.detail}`}
              </span>
            </p>
          )}
        </div>
        {unanswered && signIn.variables !== undefined && (
          <Button look="main" onClick={() => signIn.mutate(signIn.variables)}>
            Try again
          </Button>
        )}
        {!signIn.isPending && (
          <>
            <p className="quiet">
              {problem?.code === "code-not-valid"
                ? "A code works once and for a short time. Type this for a new one."
                : (problem?.hint ?? "Type this in the checkout; it opens the dashboard and signs you in.")}
            </p>
            <Command text="npx fairway open" />
          </>
        )}
      </div>
    </main>
  );
}
