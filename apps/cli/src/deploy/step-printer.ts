import type { Invocation } from "../command.ts";
import { type Step, stepLines } from "../screens/step-line.ts";
import { liveOutput } from "../terminal/live-output.ts";

type Running = Pick<Step, "word" | "detail" | "aside">;

/** Steps of a deploy on the terminal, as they come; nothing with `--json`. */
export interface StepPrinter {
  print(lines: readonly string[]): void;
  done(step: Pick<Step, "word" | "detail" | "milliseconds" | "aside">): void;
  /** Shows a step that moves while `work` goes on. */
  during<Result>(step: () => Running, work: () => Promise<Result>): Promise<Result>;
  clear(): void;
}

export function stepPrinter({ shell, style, options }: Invocation): StepPrinter {
  const live = liveOutput(shell.out);
  const quiet = options.json === true;
  const lines = (step: Step) => stepLines(step, shell.out.width, style);
  return {
    print: (text) => {
      if (!quiet) live.settle(text);
    },
    done: (step) => {
      if (!quiet) live.settle(lines({ ...step, mark: "done" }));
    },
    async during(step, work) {
      const begin = shell.now();
      const draw = () => {
        const elapsed = shell.now() - begin;
        if (!quiet)
          live.update(
            [],
            lines({ ...step(), mark: "running", milliseconds: elapsed, frame: Math.floor(elapsed / 100) }),
          );
      };
      const stop = shell.every(100, draw);
      try {
        draw();
        return await work();
      } finally {
        stop();
        live.update([], []);
      }
    },
    clear: () => live.update([], []),
  };
}
