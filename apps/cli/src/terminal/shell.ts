/** A stream that people or programs read. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Columns; 80 where nobody says. */
  readonly width: number;
}

/** Everything a command touches outside of itself, so that tests can stand in for a terminal. */
export interface Shell {
  readonly out: Output;
  readonly err: Output;
  readonly input: {
    readonly isTerminal: boolean;
    /** All of standard input as text; at most `limit` bytes, more throws a `RangeError`. */
    readAll(limit: number): Promise<string>;
    /** One line typed by a person; undefined at the end of input. `hidden` does not show what is typed. */
    ask(question: string, options?: { readonly hidden?: boolean }): Promise<string | undefined>;
  };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ctrl-C calls the newest listener instead of ending the process. Returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /** Calls back again and again until stopped; keeps no process alive. */
  every(milliseconds: number, callback: () => void): () => void;
  /** Opens an address in the browser of whoever sits here; false when there is none. */
  openBrowser(url: string): Promise<boolean>;
}
