import type { RolloutDetail, RolloutEntry } from "@fairway/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useClient } from "../../data/client.ts";
import { queries } from "../../data/queries.ts";
import { Button } from "../../elements/button.tsx";
import { durationWords } from "../../elements/time-words.ts";
import "./replay.css";

/** The rollout as it was at an entry of its journal; undefined until it is known, or while nothing is replayed. */
export function useRolloutAt(number: number, sequence: number | undefined): RolloutDetail | undefined {
  const client = useClient();
  const { data } = useQuery({
    ...queries.rolloutAt(client, number, sequence ?? 0),
    enabled: sequence !== undefined,
    placeholderData: keepPreviousData,
  });
  return sequence === undefined ? undefined : data;
}

/** A finished rollout's time as a line to drag along: what stands above is as it was then. */
export function Replay({
  rollout,
  at,
  onMove,
}: {
  readonly rollout: RolloutDetail;
  /** Sequence of the entry that is shown; undefined: the end. */
  readonly at: number | undefined;
  readonly onMove: (sequence: number | undefined) => void;
}) {
  const client = useClient();
  const label = useId();
  const { data: entries } = useQuery(queries.rolloutEntries(client, rollout.number));
  const [first] = entries ?? [];
  const last = entries?.at(-1);
  if (entries === undefined || first === undefined || last === undefined) return null;
  const start = Date.parse(first.at);
  const length = Math.max(1, Date.parse(last.at) - start);
  const shown = entries.find(({ sequence }) => sequence === at) ?? last;
  const offset = Date.parse(shown.at) - start;
  const move = (entry: RolloutEntry | undefined): void =>
    onMove(entry === undefined || entry === last ? undefined : entry.sequence);
  const index = entries.indexOf(shown);
  return (
    <div className="replay card">
      <label htmlFor={label}>Replay</label>
      <div className="replay-line">
        <input
          id={label}
          type="range"
          min={0}
          max={length}
          step="any"
          value={offset}
          aria-valuetext={`${durationWords(offset)}: ${shown.words}`}
          onChange={({ target }) => move(entryAt(entries, start + target.valueAsNumber))}
          onKeyDown={(event) => {
            const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
            if (by === undefined) return;
            // From entry to entry: most of a rollout's time nothing is decided.
            event.preventDefault();
            move(entries[Math.min(entries.length - 1, Math.max(0, index + by))]);
          }}
        />
        <span className="replay-ticks" aria-hidden="true">
          {entries.map(({ sequence, at: time }) => (
            <span key={sequence} style={{ insetInlineStart: `${(100 * (Date.parse(time) - start)) / length}%` }} />
          ))}
        </span>
      </div>
      <p className="replay-words">
        <span className="quiet">{durationWords(offset)}</span> {shown.words}
      </p>
      <Button look="quiet" disabled={at === undefined} onClick={() => onMove(undefined)}>
        To the end
      </Button>
    </div>
  );
}

/** The newest entry that was written by then. */
function entryAt(entries: readonly RolloutEntry[], time: number): RolloutEntry | undefined {
  return entries.findLast(({ at }) => Date.parse(at) <= time) ?? entries[0];
}
