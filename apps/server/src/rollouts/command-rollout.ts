import { canonicalJson } from "@fairway/manifests";
import type { Command, Journal, RolloutEvent, StoredCommand } from "@fairway/rollout";

export type CommandAnswer =
  | { readonly answer: "accepted" }
  | { readonly answer: "refused"; readonly reason: string }
  /** Nobody has answered it yet. */
  | { readonly answer: "stored" }
  /** The id is that of another command. */
  | { readonly answer: "other"; readonly stored: Command }
  /** Nobody will ever answer it. */
  | { readonly answer: "closed" };

/**
 * Stores a command for whoever drives the rollout and waits for the answer.
 *
 * @param patience milliseconds
 */
export async function commandRollout(
  journal: Pick<Journal<RolloutEvent>, "command" | "commands" | "read" | "onAppend">,
  rollout: number,
  asked: Pick<StoredCommand, "id" | "actor" | "command">,
  patience: number,
  signal: AbortSignal,
): Promise<CommandAnswer> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  let news = Promise.withResolvers<void>();
  const ring = () => news.resolve();
  const stopListening = journal.onAppend((which) => {
    if (which === rollout) ring();
  });
  until.addEventListener("abort", ring, { once: true });
  try {
    if (!(await journal.command(rollout, asked))) return { answer: "closed" };
    const stored = (await journal.commands(rollout)).find(({ id }) => id === asked.id)?.command;
    if (stored !== undefined && canonicalJson(stored) !== canonicalJson(asked.command))
      return { answer: "other", stored };
    for (;;) {
      news = Promise.withResolvers();
      const found = await answerIn(journal, rollout, asked.id);
      if (found !== undefined) return found;
      if (until.aborted) return { answer: "stored" };
      await news.promise;
    }
  } finally {
    stopListening();
    until.removeEventListener("abort", ring);
  }
}

async function answerIn(
  journal: Pick<Journal<RolloutEvent>, "read">,
  rollout: number,
  id: string,
): Promise<CommandAnswer | undefined> {
  for (const { body } of await journal.read(rollout)) {
    if (body.type !== "answered" || body.id !== id) continue;
    return body.accepted ? { answer: "accepted" } : { answer: "refused", reason: body.reason ?? "it does not say why" };
  }
  return undefined;
}
