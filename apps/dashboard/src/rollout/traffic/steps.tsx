import type { RolloutDetail } from "@fairway/api";
import { useNow } from "../../data/clock.ts";
import { Mark, type Shape, type Tone } from "../../elements/mark.tsx";
import { durationWords } from "../../elements/time-words.ts";

type Step = RolloutDetail["steps"][number];

const looks: Readonly<Record<Step["status"], { readonly shape: Shape; readonly tone: Tone; readonly word: string }>> = {
  waiting: { shape: "ring", tone: "idle", word: "Waiting" },
  shifting: { shape: "half", tone: "busy", word: "Routers take it" },
  holding: { shape: "half", tone: "busy", word: "Holding" },
  done: { shape: "check", tone: "ok", word: "Done" },
  stopped: { shape: "cross", tone: "bad", word: "Stopped" },
};

/** The shares of requests of one wave as stairs: how high each step is, and how long it lasts. */
export function Steps({ steps, label }: { readonly steps: readonly Step[]; readonly label: string }) {
  return (
    <ol className="steps" aria-label={label}>
      {steps.map((step) => (
        <li key={step.index} className={`step step-${looks[step.status].tone}`} data-step={step.index}>
          <span className="step-stair" aria-hidden="true">
            <span style={{ blockSize: `${Math.max(2, step.weight)}%` }} />
          </span>
          <strong>{step.weight} %</strong>
          <span className="step-state">
            <Mark shape={looks[step.status].shape} tone={looks[step.status].tone} />
            {looks[step.status].word}
          </span>
          <span className="quiet">
            <Lasts step={step} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** How long a step lasts, or what ends it. */
function Lasts({ step }: { readonly step: Step }) {
  const { status, hold, until, promoted } = step;
  const left = useNow((now) => (until === undefined ? "" : durationWords(Math.max(0, Date.parse(until) - now))));
  if (promoted) return <>promoted</>;
  if (status === "holding" && hold === undefined) return <>until somebody promotes it</>;
  if (status === "holding") return <>{until === undefined ? "paused" : `${left} left`}</>;
  if (hold === undefined) return <>by hand</>;
  return <>{hold === 0 ? "" : `for ${durationWords(hold)}`}</>;
}
