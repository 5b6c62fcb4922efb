import type { RolloutSummary } from "@fairway/api";
import { durationWords } from "./time-words.ts";
import "./phase-bar.css";

/** Where a rollout's time went: a bar of its phases, in words on hover and for readers. Nothing where that is not known. */
export function PhaseBar({ durations }: Pick<RolloutSummary, "durations">) {
  if (durations === undefined || durations.length === 0) return null;
  const words = durations.map(({ phase, took }) => `${phase} ${durationWords(took)}`).join(", ");
  return (
    <span className="phase-bar" title={words}>
      {durations.map(({ phase, took }) => (
        <i key={phase} className={`phase-${phase}`} style={{ flexGrow: Math.max(took, 1) }} />
      ))}
      <span className="unseen">{words}</span>
    </span>
  );
}
