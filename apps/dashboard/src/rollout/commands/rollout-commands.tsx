import type { RolloutCommand, RolloutDetail } from "@fairway/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../../data/client.ts";
import { useEnvironmentFlag } from "../../data/environment.ts";
import { newKey } from "../../data/new-key.ts";
import { Button } from "../../elements/button.tsx";
import { Question } from "../../elements/dialog.tsx";
import { commandWords } from "./words.ts";

interface Asked {
  readonly id: string;
  readonly command: RolloutCommand;
}

/** What a rollout would accept now, as buttons; each asks once, unless it can be taken back by the next. */
export function RolloutCommands({ rollout }: { readonly rollout: RolloutDetail }) {
  const client = useClient();
  const flag = useEnvironmentFlag();
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  const send = useMutation({
    mutationFn: ({ id, command }: Asked) =>
      client.commandRollout({ params: { number: rollout.number }, body: { id, command } }),
    onSuccess: () => setAsked(undefined),
    onError: (_, { id, command }) => setAsked({ id, command }),
  });
  const offered = rollout.offers.filter(
    // A cluster that answers is not lost.
    ({ accepted, command }) => accepted && (command.type !== "lose" || isSilent(rollout, command.cluster)),
  );
  const begin = (command: RolloutCommand): void => {
    send.reset();
    const wanted = { id: newKey(), command };
    if (commandWords(command, rollout, flag).question === undefined) send.mutate(wanted);
    else setAsked(wanted);
  };
  const words = asked === undefined ? undefined : commandWords(asked.command, rollout, flag);
  return (
    <>
      {offered.map(({ command }) => {
        const { button, look, line } = commandWords(command, rollout, flag);
        return (
          <Button key={button} look={look} title={line} disabled={send.isPending} onClick={() => begin(command)}>
            {button}
          </Button>
        );
      })}
      {asked !== undefined && words !== undefined && (
        <Question
          title={`${words.button}: rollout ${rollout.number} of ${rollout.service}?`}
          command={words.line}
          answer={send.isPending ? "Sending" : words.button}
          danger={words.look === "danger"}
          busy={send.isPending}
          error={send.error}
          onAnswer={() => send.mutate(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p>{words.question}</p>
        </Question>
      )}
    </>
  );
}

function isSilent({ clusters }: RolloutDetail, name: string): boolean {
  return clusters.find((cluster) => cluster.name === name)?.reachable === false;
}
