import type { ImageEvent } from "@fairway/api";
import type { Connected } from "../connection/connect.ts";
import { printable, size } from "../terminal/text.ts";
import type { StepPrinter } from "./step-printer.ts";

/** Follows the server making and pushing the image. */
export async function pushImage(
  { client }: Connected,
  body: {
    readonly environment: string;
    readonly appToml: string;
    readonly kubernetes: Readonly<Record<string, string>>;
    readonly snapshot: string;
  },
  steps: StepPrinter,
  event: (value: ImageEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const begin = performance.now();
  let progress: Extract<ImageEvent, { type: "progress" }> | undefined;
  const image = await steps.during(
    () => ({
      word: "pushing",
      detail: progress === undefined ? "" : `${size(progress.sent)} of ${size(progress.total)}`,
      ...(progress === undefined ? {} : { aside: printable(progress.what) }),
    }),
    async () => {
      for await (const { data } of client.createImage({ body, signal })) {
        event(data);
        if (data.type === "image") return data;
        progress = data;
      }
      return undefined;
    },
  );
  // No cluster of the environment runs images.
  if (image === undefined) return;
  const [repository = ""] = image.reference.split("@");
  steps.done({
    word: "pushed",
    detail: printable(`${repository}@${image.digest.slice(0, 11)}…`),
    milliseconds: performance.now() - begin,
    aside: sentOf(image),
  });
}

function sentOf({ sent, bytes }: { readonly sent: number; readonly bytes: number }): string {
  if (sent === 0) return `nothing sent, all ${size(bytes)} were there`;
  return sent < bytes ? `${size(sent)} sent of ${size(bytes)} (rest was there)` : `${size(sent)} sent`;
}
