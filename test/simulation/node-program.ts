/** `node -e <script>` without a process: the contract's programs in a context of their own, whose timers are virtual. */
import { createContext, Script } from "node:vm";
import {
  type ContainerRequest,
  type ProbeOutcome,
  type ProgramHost,
  refused,
  type SimulatedProgram,
  StartError,
} from "@fairway/minicluster/simulation";

type Handler = (request: { readonly url: string; readonly headers: object }, response: Response) => void;

interface Response {
  statusCode: number;
  end(text?: string): void;
}

/** What an exit throws through the program's own code. */
const left = new Error("the program has ended");

/** What the containers of a pod share. */
interface SharedOfPod {
  readonly files: Set<string>;
  handler: Handler | undefined;
}

/** By the pod's uid. */
export type Shared = Map<string, SharedOfPod>;

/** The program of a container. Undefined for one that runs none of ours; throws `StartError` when there is no such program. */
export function nodeProgram(request: ContainerRequest, shared: Shared): (host: ProgramHost) => SimulatedProgram {
  const [program = "", flag, script = "", ...rest] = request.command;
  if (program !== "node") throw new StartError(`exec: "${program}": executable file not found in $PATH`);
  if (flag !== "-e") throw new StartError(`a simulated node runs only -e, not ${flag}`);
  return (host) => run(request, script, rest, host, shared);
}

function run(
  request: ContainerRequest,
  script: string,
  rest: readonly string[],
  { clock, print, exit }: ProgramHost,
  shared: Shared,
): SimulatedProgram {
  const timers = new Set<() => void>();
  const signals: (() => void)[] = [];
  const own = shared.get(request.pod.uid) ?? { files: new Set<string>(), handler: undefined };
  shared.set(request.pod.uid, own);
  let listens: "http" | "tcp" | undefined;
  let ended = false;
  let unfinished = "";

  function end(code: number): void {
    if (ended) return;
    ended = true;
    for (const cancel of timers) cancel();
    if (unfinished !== "") print(unfinished);
    exit(code);
  }

  /** Runs a piece of the program; it ends by itself when nothing more can happen. */
  function turn(piece: () => void): void {
    if (ended) return;
    try {
      piece();
    } catch (error) {
      if (error !== left) {
        print(String(error));
        end(1);
      }
    }
    if (timers.size === 0 && listens === undefined) end(fake.exitCode ?? 0);
  }

  function later(run: () => void, milliseconds = 0, again = false): () => void {
    const cancel = clock.after(milliseconds, () => {
      timers.delete(cancel);
      turn(() => {
        if (again) later(run, milliseconds, again);
        run();
      });
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  const write = (text: string): void => {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) print(line);
  };
  const say = (...words: unknown[]): void => write(`${words.join(" ")}\n`);
  const fake = {
    env: { ...request.env, PORT: request.env["PORT"] ?? "8080" },
    argv: ["node", ...rest],
    exitCode: undefined as number | undefined,
    exit(code: number = 0) {
      end(code);
      throw left;
    },
    on(event: string, listener: () => void) {
      if (event === "SIGTERM") signals.push(listener);
    },
    stdout: { write },
    stderr: { write },
  };
  const listen = (as: "http" | "tcp") => (_port: number, then?: () => void) => {
    listens = as;
    then?.();
  };
  const modules: Readonly<Record<string, unknown>> = {
    "node:http": {
      createServer(of: Handler) {
        own.handler = of;
        return { listen: listen("http") };
      },
      get: (url: string) => own.handler?.({ url: new URL(url).pathname, headers: {} }, { statusCode: 200, end() {} }),
    },
    "node:net": { createServer: () => ({ listen: listen("tcp") }) },
    "node:fs": {
      existsSync: (path: string) => own.files.has(path),
      writeFileSync: (path: string) => void own.files.add(path),
    },
  };
  const context = createContext({
    process: fake,
    console: { log: say, error: say },
    setTimeout: (piece: () => void, milliseconds?: number) => later(piece, milliseconds),
    setInterval: (piece: () => void, milliseconds?: number) => later(piece, milliseconds, true),
    clearTimeout: (cancel?: () => void) => cancel?.(),
    clearInterval: (cancel?: () => void) => cancel?.(),
    Date: { now: () => clock.now() },
    require: (name: string) => modules[name] ?? modules[`node:${name}`],
  });
  turn(() => void new Script(script).runInContext(context));

  return {
    terminate() {
      if (signals.length === 0) end(143);
      else
        turn(() => {
          for (const listener of signals) listener();
        });
    },
    async probe(action) {
      if (action.kind === "exec") return execute(request, action.command, shared, clock);
      if (listens === undefined) return refused(action);
      if (action.kind === "tcp") return { ok: true, output: "" };
      const headers = action.headers.map(({ name, value }) => [name.toLowerCase(), value]);
      return new Promise((resolve) => {
        const response: Response = {
          statusCode: 200,
          end() {
            const ok = response.statusCode >= 200 && response.statusCode < 400;
            resolve({ ok, output: ok ? "" : `HTTP probe failed with statuscode: ${response.statusCode}` });
          },
        };
        const all = Object.fromEntries([["user-agent", "kube-probe/1.36"], ...headers]);
        turn(() => own.handler?.({ url: action.path, headers: all }, response));
      });
    },
  };
}

/** The command of a probe or a hook. */
function execute(
  request: ContainerRequest,
  command: readonly string[],
  shared: Shared,
  clock: ProgramHost["clock"],
): Promise<ProbeOutcome> {
  const printed: string[] = [];
  return new Promise((resolve) => {
    const exit = (code: number): void => resolve({ ok: code === 0, output: printed.join("\n") });
    try {
      nodeProgram({ ...request, command }, shared)({ clock, print: (line) => printed.push(line), exit });
    } catch (error) {
      resolve({ ok: false, output: String(error) });
    }
  });
}
