import type { FleetDetail } from "@fairway/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironmentFlag } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Button } from "../elements/button.tsx";
import { Question } from "../elements/dialog.tsx";
import { inState } from "./words.ts";

type Command = "pause" | "resume" | "stop";

interface Offer {
  readonly command: Command;
  readonly button: string;
  readonly look: "main" | "plain" | "danger";
  /** What it does; absent: it is sent at once, because it can be taken back. */
  readonly question?: string;
}

const stop: Offer = {
  command: "stop",
  button: "Stop",
  look: "danger",
  question: "It ends for good. Rollouts that have begun go on by themselves; what is done stays.",
};

function offersOf(fleet: FleetDetail): readonly Offer[] {
  switch (fleet.status) {
    case "running":
      return [{ command: "pause", button: "Pause", look: "plain" }, stop];
    case "paused":
      return [{ command: "resume", button: "Resume", look: "main" }, stop];
    case "halted": {
      const question = `It goes on past ${inState(fleet, "failed")
        .map(({ service }) => service)
        .join(", ")}: only failures from now on count.`;
      return [{ command: "resume", button: "Resume", look: "main", question }, stop];
    }
    default:
      return [];
  }
}

/** What a fleet rollout takes now, as buttons; each asks once, unless it can be taken back by the next. */
export function FleetCommands({ fleet }: { readonly fleet: FleetDetail }) {
  const { number } = fleet;
  const client = useClient();
  const cache = useQueryClient();
  const flag = useEnvironmentFlag();
  const [asked, setAsked] = useState<Offer | undefined>(undefined);
  const send = useMutation({
    mutationFn: ({ command }: Offer) =>
      client.commandFleet({ params: { number }, body: { command: { type: command } } }),
    onSuccess: (state) => {
      setAsked(undefined);
      cache.setQueryData(queries.fleet(client, number).queryKey, state);
    },
    // What was sent without a question is refused in one.
    onError: (_, offer) => setAsked(offer),
  });
  const lineOf = ({ command }: Offer): string => `fairway fleet ${command}${flag}`;
  const begin = (offer: Offer): void => {
    send.reset();
    if (offer.question === undefined) send.mutate(offer);
    else setAsked(offer);
  };
  return (
    <>
      {offersOf(fleet).map((offer) => (
        <Button
          key={offer.command}
          look={offer.look}
          title={lineOf(offer)}
          disabled={send.isPending}
          onClick={() => begin(offer)}
        >
          {offer.button}
        </Button>
      ))}
      {asked !== undefined && (
        <Question
          title={`${asked.button} fleet rollout ${number}?`}
          command={lineOf(asked)}
          answer={send.isPending ? "Sending" : asked.button}
          danger={asked.look === "danger"}
          busy={send.isPending}
          error={send.error}
          onAnswer={() => send.mutate(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p>{asked.question}</p>
        </Question>
      )}
    </>
  );
}
