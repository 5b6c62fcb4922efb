import type { EngineName, StorageKind } from "@fairway/spec";

/** Something that was concluded, and from what. */
export interface Guess<T> {
  readonly value: T;
  /** Completes "because of": a file, a field of it, a line. */
  readonly reason: string;
}

/** A line for `sh`, or words. */
export type CommandLine = string | readonly string[];

/** What one origin (package.json, a compose file, ...) says about the service. What it does not say is left out. */
export interface Origin {
  readonly name?: Guess<string> | undefined;
  readonly description?: Guess<string> | undefined;
  readonly engine?: Guess<EngineName> | undefined;
  readonly version?: Guess<string> | undefined;
  readonly build?: Guess<string> | undefined;
  readonly run?: Guess<CommandLine> | undefined;
  readonly port?: Guess<number> | undefined;
  readonly ready?: Guess<string> | undefined;
  readonly live?: Guess<string> | undefined;
  readonly metrics?: Guess<string> | undefined;
  readonly migrations?: Guess<CommandLine> | undefined;
  readonly owner?: Guess<string> | undefined;
  readonly dependencies?: readonly Guess<string>[];
  readonly storages?: readonly Guess<{ readonly kind: StorageKind; readonly name: string }>[];
  readonly env?: readonly Guess<{ readonly name: string; readonly value: string }>[];
  /** Variables that are read and have no value that could be written down. */
  readonly openEnv?: readonly Guess<string>[];
  readonly secrets?: readonly Guess<string>[];
  readonly notes?: readonly Note[];
}

/** A thought for the reader, beside a field. */
export interface Note {
  /** Path of a table as app.toml has it, "" for the file's own fields. */
  readonly table: string;
  readonly text: string;
}

export function guess<T>(value: T | undefined, reason: string): Guess<T> | undefined {
  return value === undefined ? undefined : { value, reason };
}
