import { Mark } from "./mark.tsx";
import type { Appearance } from "./states.ts";
import "./verdict-line.css";

/** How it stands, or ended, in one or two sentences; a place of constant height, so that nothing below moves. */
export function VerdictLine({
  of: { tone, shape },
  what,
  next,
}: {
  readonly of: Appearance;
  readonly what: string;
  readonly next: string;
}) {
  return (
    <div className={`verdict verdict-${tone}`}>
      <Mark shape={shape} tone={tone} />
      <p>
        <strong>{what}</strong> {next}
      </p>
    </div>
  );
}
