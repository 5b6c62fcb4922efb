import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironmentFlag } from "../data/environment.ts";
import { newKey } from "../data/new-key.ts";
import { Button } from "../elements/button.tsx";
import { Question } from "../elements/dialog.tsx";
import { Icon } from "../elements/icon.tsx";

/** Brings a service back to the release before the active one: asks once, then leads to the new rollout. */
export function RollBack({
  service,
  environment,
  from,
  to,
}: {
  readonly service: string;
  readonly environment: string;
  /** The active release. */
  readonly from: string | undefined;
  /** The one before, where it is known. */
  readonly to: string | undefined;
}) {
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const flag = useEnvironmentFlag();
  const [key, setKey] = useState<string | undefined>(undefined);
  const start = useMutation({
    mutationFn: (idempotencyKey: string) =>
      client.createRollout({ body: { service, environment, release: "previous", kind: "rollback", idempotencyKey } }),
    onSuccess: async (rollout) => {
      setKey(undefined);
      void cache.invalidateQueries({ queryKey: ["rollouts"] });
      await navigate({ to: "/rollouts/$number", params: { number: String(rollout.number) } });
    },
  });
  return (
    <>
      <Button
        onClick={() => {
          start.reset();
          setKey(newKey());
        }}
      >
        <Icon name="back" />
        Roll back
      </Button>
      {key !== undefined && (
        <Question
          title={`Roll back ${service}?`}
          command={`fairway rollback ${service}${flag}`}
          answer={start.isPending ? "Starting" : "Roll back"}
          busy={start.isPending}
          error={start.error}
          onAnswer={() => start.mutate(key)}
          onClose={() => setKey(undefined)}
        >
          <p>
            Every cluster of {environment} goes
            {from !== undefined && (
              <>
                {" from "}
                <code>{from.slice(0, 6)}</code>
              </>
            )}
            {" back to "}
            {to === undefined ? "the release before" : <code>{to.slice(0, 6)}</code>}, as a rollout of its own.
          </p>
        </Question>
      )}
    </>
  );
}
