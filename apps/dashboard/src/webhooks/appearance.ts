import type { Delivery, Webhook } from "@fairway/api";
import type { Appearance } from "../elements/states.ts";

const nothing: Appearance = { word: "Told nothing yet", shape: "ring", tone: "idle" };
const gone: Appearance = { word: "Gone", shape: "cross", tone: "bad" };

/** What became of a message. */
export function deliveryAppearance({ status, attempts }: Pick<Delivery, "status" | "attempts">): Appearance {
  if (status === "delivered") return { word: "Delivered", shape: "check", tone: "ok" };
  if (status === "given-up") return { word: "Given up", shape: "cross", tone: "bad" };
  return attempts === 0
    ? { word: "Sending", shape: "half", tone: "busy" }
    : { word: "Failing", shape: "triangle", tone: "warn" };
}

/** How it stands with a receiver, by the newest message. */
export function webhookAppearance({ goneAt, last }: Pick<Webhook, "goneAt" | "last">): Appearance {
  if (goneAt !== undefined) return gone;
  return last === undefined ? nothing : deliveryAppearance(last);
}

/** Why, and what comes next; empty where all is well. */
export function deliveryWords({ status, attempts, error, answer }: Delivery): string {
  if (status === "delivered") return answer === undefined ? "" : `answered ${answer}`;
  if (attempts === 0) return error ?? "";
  const tries = `${attempts} ${attempts === 1 ? "try" : "tries"}`;
  return `${error ?? "no answer"}, after ${tries}${status === "waiting" ? "; tried again by itself" : ""}`;
}
