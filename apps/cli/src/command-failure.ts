/** Exit codes of `fairway`; part of what scripts may rely on. */
export const exitCode = {
  done: 0,
  /** The rollout failed or was refused, or the command could not be done. */
  failed: 1,
  /** Wrong usage, or an app.toml that is not valid. */
  usage: 2,
  /** `fairway diff --exit-code` found changes, `fairway fmt --check` what is not formatted. */
  different: 3,
  /** Ctrl-C: 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

/** A command that cannot go on, in the words that the user sees. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  /** Stable and kebab-case; what scripts read with `--json`. */
  readonly code: string;
  /** What to do, one line. */
  readonly advice: string | undefined;
  /** Lines below the message, as they are. */
  readonly lines: readonly string[];
  /** Of a file that is not taken: each problem, for `--json`. */
  readonly issues?: readonly unknown[];

  constructor(
    code: string,
    message: string,
    details: {
      readonly exitCode?: number;
      readonly advice?: string | undefined;
      readonly lines?: readonly string[];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "CommandFailure";
    this.code = code;
    this.exitCode = details.exitCode ?? exitCode.failed;
    this.advice = details.advice;
    this.lines = details.lines ?? [];
  }

  /** What to show instead of message, lines and advice. Ends with a newline. */
  format?(color: boolean): string;
}
