import type { Style } from "../terminal/style.ts";

/** One step of a rollout on the screen. Once settled it never changes again. */
export interface ScreenLine {
  /** The phase, of one wave where there are several; `restore`; a step of traffic, a command. */
  readonly key: string;
  readonly settled: boolean;
  /** As printed; the second one says what is waited for. */
  readonly lines: readonly string[];
}

export interface ScreenOptions {
  readonly width: number;
  /** Milliseconds since the epoch: how long what runs has run. */
  readonly now: number;
  readonly style: Style;
  /** Turns the spinner. */
  readonly frame?: number;
  /** Stands beside the running step instead of what it waits for: "the connection was lost". */
  readonly remark?: string | undefined;
  /** ` --env prod` where commands need it. */
  readonly environmentFlag?: string;
}
