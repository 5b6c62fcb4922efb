import type { Cause } from "@fairway/api";
import { CauseCode } from "./cause-code.tsx";
import { Identifier } from "./copying.tsx";
import { Mark, type Tone } from "./mark.tsx";
import { durationWords } from "./time-words.ts";
import "./cause.css";

const tones: Readonly<Record<Cause["severity"], Tone>> = { fatal: "bad", likely: "warn", transient: "busy" };
const severityWords: Readonly<Record<Cause["severity"], string>> = {
  fatal: "cause",
  likely: "probable cause",
  transient: "suspect",
};

/** Kubernetes counts whole seconds. */
function ranFor(milliseconds: number): string {
  if (milliseconds === 0) return "less than 1 s";
  return milliseconds % 1000 === 0 && milliseconds < 60_000 ? `${milliseconds / 1000} s` : durationWords(milliseconds);
}

/** `beta, pod user-a-6d9f-x2 (and 1 more), container app, node n1, exit code 3 after 0.4 s, 2 restarts` */
function Where({ cause }: { readonly cause: Cause }) {
  const [kind = "", name = cause.object] = cause.object.split("/");
  return (
    <>
      {cause.cluster}, {kind.toLowerCase()} <Identifier value={name} />
      {cause.count > 1 && ` (and ${cause.count - 1} more)`}
      {cause.container !== undefined && `, container ${cause.container}`}
      {cause.node !== undefined && `, node ${cause.node}`}
      {cause.exitCode !== undefined && `, exit code ${cause.exitCode}`}
      {cause.exitCode !== undefined && cause.ranFor !== undefined && ` after ${ranFor(cause.ranFor)}`}
      {cause.restarts !== undefined &&
        cause.restarts > 0 &&
        `, ${cause.restarts} ${cause.restarts === 1 ? "restart" : "restarts"}`}
    </>
  );
}

/**
 * Why something does not work, in the order in which one asks: what, where, what it said, what to do. The same in
 * several clusters is told once.
 */
export function CausePanel({
  of: same,
  children,
}: {
  readonly of: readonly [Cause, ...Cause[]];
  readonly children?: React.ReactNode;
}) {
  const [cause] = same;
  const lastLog = same.map((one) => one.lastLog ?? []).find((lines) => lines.length > 0);
  const tone = tones[cause.severity];
  return (
    <article className={`cause cause-${tone} card`} aria-label={`${severityWords[cause.severity]}: ${cause.summary}`}>
      <div className="cause-head">
        <Mark shape={tone === "bad" ? "cross" : tone === "warn" ? "triangle" : "half"} tone={tone} />
        <p className="cause-summary">{cause.summary}</p>
        <CauseCode code={cause.code} />
      </div>
      <dl className="cause-facts">
        <dt>where</dt>
        <dd>
          {same.map((one) => (
            <p key={`${one.cluster} ${one.object}`}>
              <Where cause={one} />
            </p>
          ))}
        </dd>
        {cause.message !== undefined && (
          <>
            <dt>message</dt>
            <dd>{cause.message}</dd>
          </>
        )}
        {lastLog !== undefined && (
          <>
            <dt>last log</dt>
            <dd>
              <pre className="cause-log mono">{lastLog.join("\n")}</pre>
            </dd>
          </>
        )}
        <dt>do</dt>
        <dd className="cause-advice">{cause.advice}</dd>
      </dl>
      {children !== undefined && <div className="cause-foot">{children}</div>}
    </article>
  );
}

/** The same in two lines, for a place beside the cell that it belongs to. */
export function CauseNote({ cause }: { readonly cause: Cause }) {
  const tone = tones[cause.severity];
  return (
    <div className={`cause-note cause-${tone}`}>
      <p>
        <span className={`cause-note-kind tone-${tone}`}>{severityWords[cause.severity]}</span> {cause.summary}
      </p>
      <p className="cause-note-where quiet">
        <Where cause={cause} />
      </p>
    </div>
  );
}
