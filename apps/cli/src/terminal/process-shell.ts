import type { Output, Shell } from "./shell.ts";

/** The shell of this process. Streams, and what else few commands need, are made when they are used: each takes some milliseconds. */
export function processShell(): Shell {
  const listeners: (() => void)[] = [];
  const interrupted = () => listeners.at(-1)?.();
  return {
    out: outputOf(() => process.stdout),
    err: outputOf(() => process.stderr),
    input: {
      get isTerminal() {
        return process.stdin.isTTY === true;
      },
      readAll,
      ask,
    },
    environment: process.env,
    folder: process.cwd(),
    now: Date.now,
    onInterrupt(listener) {
      if (listeners.length === 0) process.on("SIGINT", interrupted);
      listeners.push(listener);
      return () => {
        const at = listeners.indexOf(listener);
        if (at !== -1) listeners.splice(at, 1);
        if (listeners.length === 0) process.off("SIGINT", interrupted);
      };
    },
    every(milliseconds, callback) {
      const timer = setInterval(callback, milliseconds);
      timer.unref();
      return () => clearInterval(timer);
    },
    openBrowser,
  };
}

function outputOf(open: () => NodeJS.WriteStream): Output {
  let opened: NodeJS.WriteStream | undefined;
  const stream = () => (opened ??= withoutEpipe(open()));
  return {
    write: (text) => {
      stream().write(text);
    },
    get isTerminal() {
      return stream().isTTY === true;
    },
    get width() {
      const { columns } = stream();
      return columns > 0 ? columns : 80;
    },
  };
}

/** `fairway logs | head` is no failure of ours. */
function withoutEpipe(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
}

async function readAll(limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > limit) throw new RangeError(`standard input has more than ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function ask(question: string, options: { readonly hidden?: boolean } = {}): Promise<string | undefined> {
  const [{ createInterface }, { Writable }] = await Promise.all([import("node:readline"), import("node:stream")]);
  process.stderr.write(question);
  const output =
    options.hidden === true ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const reader = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true });
  return new Promise((resolve) => {
    reader.once("line", (line) => {
      resolve(line);
      reader.close();
    });
    reader.once("close", () => {
      if (options.hidden === true) process.stderr.write("\n");
      resolve(undefined);
    });
  });
}

async function openBrowser(url: string): Promise<boolean> {
  const { spawn } = await import("node:child_process");
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler", url]
        : ["xdg-open", url];
  if (command === undefined) return false;
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
