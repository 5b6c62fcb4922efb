import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Refusal } from "../http/refusal.ts";
import { clustersMessage, type EmbeddedCluster } from "../settings.ts";

/** The process that started this one, and runs the embedded clusters. */
export interface SupervisorLink {
  /** Resolves when it is done. Throws `Refusal` when the supervisor cannot. */
  command(cluster: string, action: "stop" | "start"): Promise<void>;
  onClusters(listener: (clusters: readonly EmbeddedCluster[]) => void): void;
  ready(): void;
}

const answerMessage = z.object({
  kind: z.literal("answer"),
  id: z.string(),
  ok: z.boolean(),
  message: z.string().optional(),
});
/** A cluster stops its pods within their grace period. */
const limit = 60_000;

/** The part of a child process's `process` that talks to its parent; `send` is absent without one. */
export interface ParentChannel {
  on(event: "message", listener: (message: unknown) => void): unknown;
  send?(message: object): unknown;
}

/** Over the channel of a child process; without one there is no supervisor to ask. */
export function supervisorLink(channel: ParentChannel): SupervisorLink {
  const waiting = new Map<string, (answer: z.infer<typeof answerMessage>) => void>();
  const listeners: ((clusters: readonly EmbeddedCluster[]) => void)[] = [];
  channel.on("message", (message) => {
    const answer = answerMessage.safeParse(message);
    if (answer.success) waiting.get(answer.data.id)?.(answer.data);
    const clusters = clustersMessage.safeParse(message);
    if (clusters.success) for (const listener of listeners) listener(clusters.data.clusters);
  });
  return {
    ready: () => channel.send?.({ kind: "ready" }),
    onClusters: (listener) => listeners.push(listener),
    async command(cluster, action) {
      const id = randomUUID();
      const answer = await new Promise<z.infer<typeof answerMessage>>((resolve) => {
        const none = (message: string) => resolve({ kind: "answer", id, ok: false, message });
        const timer = setTimeout(() => none("the supervisor does not answer"), limit);
        waiting.set(id, (received) => {
          clearTimeout(timer);
          resolve(received);
        });
        if (channel.send === undefined) none("the server was started without a supervisor");
        else channel.send({ kind: "cluster", id, cluster, action });
      });
      waiting.delete(id);
      if (answer.ok) return;
      throw new Refusal({
        status: 503,
        code: "supervisor-failed",
        title: `The cluster cannot be ${action === "stop" ? "stopped" : "started"}`,
        ...(answer.message === undefined ? {} : { detail: answer.message }),
      });
    },
  };
}
