import { buildCommand, buildSnapshot, type Snapshot } from "@fairway/images";
import type { ServiceSpec } from "@fairway/spec";
import { printable } from "../terminal/text.ts";
import type { StepPrinter } from "./step-printer.ts";

/** Builds a service's folder in a clean copy, and shows how that goes. */
export async function buildService(
  folder: string,
  spec: ServiceSpec,
  steps: StepPrinter,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { command, exclude } = spec.build;
  const line = await buildCommand(folder, spec.engine.name, command);
  let last: string | undefined;
  const snapshot = await steps.during(
    () => ({
      word: line === undefined ? "packing" : "building",
      detail: line ?? "",
      ...(last === undefined ? {} : { aside: last }),
    }),
    () =>
      buildSnapshot({
        folder,
        engine: spec.engine.name,
        command,
        exclude,
        signal,
        onOutput: (text) => {
          last = printable(text);
        },
      }),
  );
  if (snapshot.build !== undefined)
    steps.done({ word: "built", detail: snapshot.build.command, milliseconds: snapshot.build.milliseconds });
  return snapshot;
}
