/** What the person who typed `npm start` sees. */
export interface Terminal {
  /** Something began. Shown only while nothing else is, and only on a terminal. */
  begin(title: string): Step;
  line(text: string): void;
  /** Everything is up. The one line of `--json`. */
  ready(facts: Readonly<Record<string, unknown>>, text: readonly string[]): void;
}

interface Step {
  done(note?: string): void;
  failed(reason: string): void;
}

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Settled lines with times: `  ✓ cluster alpha    0.8 s`. */
export function textTerminal(output: Output, now: () => number): Terminal {
  const running = new Set<string>();
  let shown = false;
  const write = (text: string) => {
    if (shown) output.write("\r\u001b[K");
    shown = false;
    output.write(text);
    const title = [...running].join(", ");
    if (output.isTTY === true && title !== "") {
      output.write(`  … ${title}`.slice(0, 78));
      shown = true;
    }
  };
  return {
    begin(title) {
      const begin = now();
      running.add(title);
      write("");
      const settle = (mark: string, note: string) => {
        running.delete(title);
        const seconds = `${((now() - begin) / 1000).toFixed(1)} s`;
        write(`  ${mark} ${title.padEnd(18)} ${seconds.padStart(6)}${note === "" ? "" : `   ${note}`}\n`);
      };
      return { done: (note = "") => settle("✓", note), failed: (reason) => settle("✗", reason) };
    },
    line: (text) => write(`${text}\n`),
    ready: (_facts, text) => {
      for (const line of text) write(`${line}\n`);
    },
  };
}

/** For programs: nothing but the ready line on standard output. */
export function jsonTerminal(output: Output): Terminal {
  const quiet: Step = { done: () => {}, failed: () => {} };
  return {
    begin: () => quiet,
    line: () => {},
    ready: (facts) => output.write(`${JSON.stringify({ ready: true, ...facts })}\n`),
  };
}
