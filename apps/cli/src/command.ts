import type { Command } from "commander";
import type { Connected } from "./connection/connect.ts";
import type { Shell } from "./terminal/shell.ts";
import type { Style } from "./terminal/style.ts";

/** Options of every command. */
export interface GlobalOptions {
  readonly env?: string;
  readonly json?: boolean;
}

/** One call of a command. */
export interface Invocation {
  readonly shell: Shell;
  /** For standard output. */
  readonly style: Style;
  readonly args: readonly string[];
  readonly options: GlobalOptions;
  /** The command's own options, as it declared them. */
  own<Options extends Readonly<Record<string, unknown>>>(): Options;
  /** Connects to the server; fails when none is known. */
  connect(): Promise<Connected>;
}

/** A command: what it takes, and what it does. One file each, loaded when it is called. */
export interface CliCommand {
  /** Adds arguments, options and examples. */
  readonly define: (command: Command) => void;
  /** Resolves with the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** Examples below a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

/** Prints a value for scripts. */
export function printJson(shell: Shell, value: unknown): void {
  shell.out.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printLines(shell: Shell, lines: readonly string[]): void {
  if (lines.length > 0) shell.out.write(`${lines.join("\n")}\n`);
}
