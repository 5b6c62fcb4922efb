import type { RolloutSummary } from "@fairway/api";
import { Link } from "@tanstack/react-router";
import { Mark } from "../elements/mark.tsx";
import { Duration, Moment } from "../elements/moment.tsx";
import { PhaseBar } from "../elements/phase-bar.tsx";
import { ReleaseChange } from "../elements/release-change.tsx";
import { rolloutAppearance } from "../elements/states.ts";
import { durationWords } from "../elements/time-words.ts";
import "./rollout-timeline.css";

const kindWords = {
  deploy: "Deploy",
  rollback: "Rollback",
  removal: "Removal",
  membership: "Clusters",
  repair: "Repair",
} as const;

/** The last rollouts of a service, newest first: what changed, by whom, how it ended. */
export function RolloutTimeline({ rollouts }: { readonly rollouts: readonly RolloutSummary[] }) {
  return (
    <ol className="timeline">
      {rollouts.map((rollout) => (
        <li key={rollout.number}>
          <Mark {...rolloutAppearance[rollout.status]} />
          <div className="timeline-text">
            <p className="timeline-head">
              <Link to="/rollouts/$number" params={{ number: String(rollout.number) }}>
                {kindWords[rollout.kind]} #{rollout.number}
              </Link>
              <span className={`tone-${rolloutAppearance[rollout.status].tone}`}>
                {rolloutAppearance[rollout.status].word.toLowerCase()}
              </span>
              <ReleaseChange from={rollout.from} to={rollout.to} />
            </p>
            {rollout.reason !== undefined && <p>{rollout.reason}</p>}
            <p className="quiet">
              {rollout.changes.length > 0 && <span className="timeline-changes">{rollout.changes.join(", ")}</span>}
              {rollout.changes.length > 0 && " · "}
              {rollout.actor} · <Moment at={rollout.createdAt} /> ·{" "}
              <Duration from={rollout.createdAt} to={rollout.endedAt} /> <PhaseBar durations={rollout.durations} />
            </p>
            {rollout.commit !== undefined && (
              <p className="quiet">
                <code>{rollout.commit.hash.slice(0, 7)}</code>
                {rollout.commit.dirty && " and changes"} {rollout.commit.subject}
                {rollout.leadTime !== undefined && ` · running ${durationWords(rollout.leadTime)} after the commit`}
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
