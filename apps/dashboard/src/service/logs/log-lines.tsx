import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import type { StreamState } from "../../data/use-stream.ts";
import { Button } from "../../elements/button.tsx";
import { Icon } from "../../elements/icon.tsx";
import { Nothing } from "../../elements/page.tsx";
import type { NumberedLine } from "./log-buffer.ts";

/** So near to the end (pixels) counts as being at the end. */
const near = 24;

/** The lines, of which only those on the screen exist. Stays at the newest until one scrolls up. */
export function LogLines({
  lines,
  wanted,
  state,
}: {
  readonly lines: readonly NumberedLine[];
  /** Lower case; marked in the lines. */
  readonly wanted: string;
  readonly state: StreamState;
}) {
  const box = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [following, setFollowing] = useState(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 22,
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 20,
  });
  const height = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height is what asks for scrolling
  useLayoutEffect(() => {
    if (following && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [following, height]);

  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (left <= near && element.scrollTop > lastTop.current) setFollowing(true);
    lastTop.current = element.scrollTop;
  };
  // Only a person scrolls up; new lines and measured heights move the end away without that.
  const yieldToPerson = () => {
    const element = box.current;
    if (element !== null && element.scrollHeight > element.clientHeight + near) setFollowing(false);
  };

  return (
    <div className="log-frame">
      <div
        ref={box}
        className="log-lines mono"
        role="log"
        aria-live="off"
        aria-label="Lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys
        tabIndex={0}
        onScroll={onScroll}
        onWheel={(event) => event.deltaY < 0 && yieldToPerson()}
        onTouchMove={yieldToPerson}
        onKeyDown={(event) => ["ArrowUp", "PageUp", "Home"].includes(event.key) && yieldToPerson()}
      >
        {lines.length === 0 ? (
          <Nothing
            title={state === "connecting" ? "Waiting for lines" : wanted === "" ? "No lines" : "No line matches"}
          />
        ) : (
          <div className="log-sizer" style={{ blockSize: height }}>
            {virtual.getVirtualItems().map((item) => {
              const line = lines[item.index];
              return (
                line !== undefined && (
                  <div
                    key={item.key}
                    ref={virtual.measureElement}
                    data-index={item.index}
                    className="log-line"
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <span className="log-time">{line.at === undefined ? "" : timeOf(line.at)}</span>
                    <span
                      className="log-pod"
                      title={`${line.cluster}, ${line.pod}, release ${line.release ?? "unknown"}`}
                    >
                      {line.cluster} <span>{shortPod(line.pod)}</span>
                    </span>
                    <span className="log-text">
                      <Marked text={line.text} wanted={wanted} />
                    </span>
                  </div>
                )
              );
            })}
          </div>
        )}
      </div>
      {!following && (
        <Button className="log-newest" onClick={() => setFollowing(true)}>
          <Icon name="down" />
          Newest line
        </Button>
      )}
    </div>
  );
}

/** `14:02:11.042`, local time. */
function timeOf(at: string): string {
  const time = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** What tells pods of one service apart: the last two parts of their names. */
function shortPod(pod: string): string {
  return pod.split("-").slice(-2).join("-");
}

function Marked({ text, wanted }: { readonly text: string; readonly wanted: string }) {
  if (wanted === "") return text;
  const parts: React.ReactNode[] = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  parts.push(text.slice(from));
  return parts;
}
