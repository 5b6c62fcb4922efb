import { useNow } from "../data/clock.ts";
import { retryConnection, useConnection } from "../data/connection.ts";
import { Button } from "../elements/button.tsx";
import { Mark } from "../elements/mark.tsx";
import { exactTime, relativeTime } from "../elements/time-words.ts";
import "./connection-banner.css";

/** A connection that comes back within this time (milliseconds) is not worth a word. */
const patience = 1500;

/** Says that what is on the screen is old, and how old. Lies over the page, so that nothing moves when it comes. */
export function ConnectionBanner() {
  const connection = useConnection();
  const since = connection.state === "lost" ? connection.since : 0;
  const shown = useNow((now) => connection.state === "lost" && now - since > patience);
  const age = useNow((now) => relativeTime(since, now));
  return (
    <div role="status" className="connection">
      {shown && (
        <div className="connection-banner card">
          <Mark shape="triangle" tone="warn" />
          <p>
            <strong>Connection lost</strong>{" "}
            <span className="quiet" title={exactTime(since)}>
              What you see is from {age}. Trying again.
            </span>
          </p>
          <Button onClick={retryConnection}>Try now</Button>
        </div>
      )}
    </div>
  );
}
