import type { CronSchedule } from "../../schedule/cron-schedule.ts";

// Source: k8s.io/kubernetes/pkg/controller/cronjob/utils.go.

/** Times in milliseconds since the epoch. */
export interface ScheduleFacts {
  /** The last scheduled time, or the CronJob's creation. */
  readonly since: number;
  readonly now: number;
  /** Starts that are later than this many milliseconds are left out. */
  readonly startingDeadline: number | undefined;
}

export interface Due {
  /** The newest time that has passed and was not served. */
  readonly time: number | undefined;
  /** More than 100 times have passed: clocks are wrong, or nobody has looked for long. */
  readonly tooManyMissed: boolean;
}

/** How many missed times are told about. */
const MANY = 100;

/** What is due now. */
export function dueTime(schedule: CronSchedule, { since, now, startingDeadline }: ScheduleFacts): Due {
  const earliest = startingDeadline === undefined ? since : Math.max(since, now - startingDeadline);
  const first = schedule.next(earliest);
  if (first === undefined || first > now) return { time: undefined, tooManyMissed: false };
  const second = schedule.next(first);
  if (second === undefined || second > now) return { time: first, tooManyMissed: false };
  const missed = Math.floor((now - first) / (second - first)) + 1;
  let time: number | undefined;
  // From shortly before the last one: looking at each would take long after a long pause.
  for (let at = schedule.next(first + (missed - 2) * (second - first)); at !== undefined && at <= now; ) {
    time = at;
    at = schedule.next(at);
  }
  return { time, tooManyMissed: missed > MANY };
}
