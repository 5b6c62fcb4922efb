import type { PreviewEvent } from "@fairway/api";
import type { Invocation } from "../command.ts";
import type { Connected } from "../connection/connect.ts";
import { stepPrinter } from "../deploy/step-printer.ts";
import { counted } from "../terminal/text.ts";

export interface Preview {
  readonly services: readonly Extract<PreviewEvent, { type: "service" }>[];
  readonly end: Extract<PreviewEvent, { type: "end" }>;
}

/**
 * Asks the server to make every service anew, and shows how far it is. With `--json` each event is a line.
 *
 * @param only tells of these services alone; of all without it
 */
export async function preview(
  invocation: Invocation,
  { client }: Connected,
  body: { readonly text?: string; readonly environment?: string },
  only?: ReadonlySet<string>,
): Promise<Preview> {
  const { shell, options } = invocation;
  const interrupt = new AbortController();
  const stopListening = shell.onInterrupt(() => interrupt.abort(new Error("stopped")));
  const steps = stepPrinter(invocation);
  const services: Extract<PreviewEvent, { type: "service" }>[] = [];
  let progress: Extract<PreviewEvent, { type: "progress" }> | undefined;
  try {
    return await steps.during(
      () => ({
        word: "rendering",
        detail: progress === undefined ? "" : `${progress.done} of ${counted(progress.total, "service")}`,
      }),
      async () => {
        for await (const { data } of client.previewProfile({ body, signal: interrupt.signal })) {
          if (data.type === "service" && only?.has(data.service) === false) continue;
          const event = data.type === "end" && only !== undefined ? countedAnew(data, services, only.size) : data;
          if (options.json === true) shell.out.write(`${JSON.stringify(event)}\n`);
          if (event.type === "service") services.push(event);
          if (event.type === "progress") progress = event;
          if (event.type === "end") return { services, end: event };
        }
        throw new Error("the server ended the preview before its end");
      },
    );
  } finally {
    steps.clear();
    stopListening();
  }
}

/** The counts of these services alone; those that nothing was said of stay as they are. */
function countedAnew(end: Preview["end"], services: Preview["services"], all: number): Preview["end"] {
  const count = (outcome: (typeof services)[number]["outcome"]) =>
    services.filter((one) => one.outcome === outcome).length;
  const counts = { changed: count("changed"), refused: count("refused"), unknown: count("unknown") };
  const restarting = services.filter(({ restarts }) => restarts.length > 0).length;
  return { ...end, ...counts, services: all, unchanged: all - services.length, restarting };
}
