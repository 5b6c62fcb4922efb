import type { PreviewEvent } from "@fairway/api";
import type { Invocation } from "../command.ts";
import type { Connected } from "../connection/connect.ts";
import { stepPrinter } from "../deploy/step-printer.ts";
import { counted } from "../terminal/text.ts";

export interface Preview {
  readonly services: readonly Extract<PreviewEvent, { type: "service" }>[];
  readonly end: Extract<PreviewEvent, { type: "end" }>;
}

/** Asks the server to make every service anew, and shows how far it is. With `--json` each event is a line. */
export async function preview(
  invocation: Invocation,
  { client }: Connected,
  body: { readonly text?: string; readonly environment?: string },
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
          if (options.json === true) shell.out.write(`${JSON.stringify(data)}\n`);
          if (data.type === "service") services.push(data);
          if (data.type === "progress") progress = data;
          if (data.type === "end") return { services, end: data };
        }
        throw new Error("the server ended the preview before its end");
      },
    );
  } finally {
    steps.clear();
    stopListening();
  }
}
