import { compressSnapshot, type Snapshot } from "@fairway/images";
import type { Connected } from "../connection/connect.ts";
import { counted, size } from "../terminal/text.ts";
import type { StepPrinter } from "./step-printer.ts";

/** Sends a snapshot unless the server has it, which is false then. */
export async function uploadSnapshot(
  { client }: Connected,
  { digest, files, bytes, tarPath }: Snapshot,
  steps: StepPrinter,
  signal: AbortSignal,
): Promise<boolean> {
  const what = `${counted(files, "file")}, ${size(bytes)}, ${digest.slice(0, 11)}…`;
  if (await client.headSnapshot({ params: { digest }, signal })) {
    steps.done({ word: "unchanged", detail: what, milliseconds: undefined });
    return false;
  }
  const begin = performance.now();
  await steps.during(
    () => ({ word: "uploading", detail: what }),
    () => client.putSnapshot({ params: { digest }, content: compressSnapshot(tarPath), signal }),
  );
  steps.done({ word: "uploaded", detail: what, milliseconds: performance.now() - begin });
  return true;
}
