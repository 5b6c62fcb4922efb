import type { RolloutCommand } from "@fairway/api";
import type { Journal, RolloutEvent } from "@fairway/rollout";
import type { Handlers } from "../http/handler.ts";
import { Refusal } from "../http/refusal.ts";
import { commandRollout } from "../rollouts/command-rollout.ts";
import type { RolloutReader } from "../rollouts/rollout-reader.ts";

/** Milliseconds that an answer is waited for: an engine that drives the rollout answers in its next turn. */
const patience = 5_000;

const refused: Readonly<Record<RolloutCommand["type"], string>> = {
  pause: "is not paused",
  resume: "does not go on",
  promote: "is not promoted",
  abort: "is not aborted",
  "skip-analysis": "does not pass over its measurements",
  lose: "does not go on without this cluster",
};

export function rolloutCommandHandlers({
  journal,
  reader,
}: {
  readonly journal: Pick<Journal<RolloutEvent>, "command" | "commands" | "read" | "onAppend">;
  readonly reader: Pick<RolloutReader, "get">;
}): Pick<Handlers, "commandRollout"> {
  return {
    commandRollout: async ({ params, body, caller, signal }) => {
      const { number } = params;
      const { id, command } = body;
      const { service } = await reader.get(number);
      // In whose place another rollout comes is not for callers to say.
      const plain = command.type === "abort" ? ({ type: "abort" } as const) : command;
      const asked = { id, actor: caller.actor, command: plain };
      const found = await commandRollout(journal, number, asked, patience, signal);
      const title = `Rollout ${number} of ${service} ${refused[command.type]}`;
      switch (found.answer) {
        case "refused":
          throw new Refusal({ status: 409, code: "command-refused", title, detail: found.reason });
        case "closed": {
          const { status } = await reader.get(number);
          const how = status === "refused" ? "was refused" : status;
          throw new Refusal({
            status: 409,
            code: "rollout-ended",
            title,
            detail: `it has ended: it ${how}`,
            hint: `to go back to an earlier release: fairway rollback ${service}`,
          });
        }
        case "other":
          throw new Refusal({
            status: 409,
            code: "idempotency-key-used",
            title: `This id is that of another command: ${found.stored.type}`,
            hint: "take a new id for each command, and the same one only to repeat a request",
          });
        default:
          return { rollout: number, command: plain, answer: found.answer };
      }
    },
  };
}
