import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId } from "react";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { Button } from "../elements/button.tsx";
import { Icon } from "../elements/icon.tsx";

export function AccountMenu() {
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const menu = useId();
  const account = useQuery(queries.account(client));
  const signOut = async () => {
    await client.signOut();
    cache.clear();
    await navigate({ to: "/sign-in" });
  };
  return (
    <>
      <button
        type="button"
        className="top-button"
        popoverTarget={menu}
        aria-label={`Signed in as ${account.data?.actor ?? "…"}`}
      >
        <Icon name="person" />
        <span className="top-word">{account.data?.actor}</span>
      </button>
      <div id={menu} popover="auto" className="account-menu card">
        <p className="quiet">Signed in as</p>
        <p>{account.data?.actor}</p>
        <Button onClick={() => void signOut()}>Sign out</Button>
      </div>
    </>
  );
}
