import type { Output, Shell } from "../terminal/shell.ts";

export interface FakeShell extends Shell {
  /** All that was written, with everything that a terminal would have drawn over. */
  readonly written: { readonly out: string; readonly err: string };
  /** What a person would see on the terminal at the end. */
  screen(): string;
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** How often somebody listens to Ctrl-C now. */
  readonly listeners: number;
  readonly opened: readonly string[];
}

/** A terminal, or with `terminal: false` a pair of pipes, without a process around it. */
export function fakeShell(options: {
  readonly environment: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly width?: number;
  readonly folder?: string;
  readonly answer?: string;
  readonly stdin?: string;
  /** What the clock says, always; without, it is the machine's. */
  readonly time?: number;
}): FakeShell {
  const isTerminal = options.terminal ?? false;
  const written = { out: "", err: "" };
  const output = (name: "out" | "err"): Output => ({
    write: (text) => {
      written[name] += text;
    },
    isTerminal,
    width: options.width ?? 80,
  });
  const listeners: (() => void)[] = [];
  const opened: string[] = [];
  return {
    written,
    opened,
    out: output("out"),
    err: output("err"),
    input: {
      isTerminal,
      readAll: async () => options.stdin ?? "",
      ask: async () => options.answer,
    },
    environment: options.environment,
    folder: options.folder ?? "/",
    now: () => options.time ?? Date.now(),
    onInterrupt(listener) {
      listeners.push(listener);
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    },
    every(milliseconds, callback) {
      const timer = setInterval(callback, milliseconds);
      timer.unref();
      return () => clearInterval(timer);
    },
    openBrowser: async (url) => {
      opened.push(url);
      return true;
    },
    interrupt: () => listeners.at(-1)?.(),
    get listeners() {
      return listeners.length;
    },
    screen: () => drawn(written.out),
  };
}

const sequence = new RegExp(
  `${String.fromCharCode(27)}\\[(\\d*)([A-Za-z])|\\n|\\r|[^\\n\\r${String.fromCharCode(27)}]+`,
  "g",
);

/** A terminal as far as we use one: new lines, carriage return, cursor up, erase below; colours are dropped. */
function drawn(text: string): string {
  const lines = [""];
  let row = 0;
  let column = 0;
  for (const [piece, count, command] of text.matchAll(sequence)) {
    if (command !== undefined) {
      if (command === "A") row = Math.max(0, row - Number(count === "" ? 1 : count));
      if (command === "J") {
        lines.length = row + 1;
        lines[row] = (lines[row] ?? "").slice(0, column);
      }
    } else if (piece === "\n") {
      row += 1;
      column = 0;
      if (lines.length <= row) lines.push("");
    } else if (piece === "\r") column = 0;
    else {
      lines[row] = (lines[row] ?? "").slice(0, column) + piece;
      column += piece.length;
    }
  }
  return lines.join("\n");
}
