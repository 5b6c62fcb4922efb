import { useNow } from "../data/clock.ts";
import { durationWords, exactTime, relativeTime } from "./time-words.ts";

/** A time relative to now, with the exact one on hover. `at` is RFC 3339. */
export function Moment({ at }: { readonly at: string }) {
  const time = Date.parse(at);
  const words = useNow((now) => relativeTime(time, now));
  return (
    <time dateTime={at} title={exactTime(time)} className="moment">
      {words}
    </time>
  );
}

/** How long something took, or takes so far when it has no end yet. */
export function Duration({ from, to }: { readonly from: string; readonly to: string | undefined }) {
  const start = Date.parse(from);
  const words = useNow((now) => durationWords((to === undefined ? now : Date.parse(to)) - start));
  return <span className="moment">{words}</span>;
}
