import { execFile } from "node:child_process";
import { resolve } from "node:path";
import type { ManifestFile } from "@fairway/intake";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Shell } from "../terminal/shell.ts";

const largest = 32 * 1024 * 1024;
const patience = 60_000;

/** What `helm template` makes of a chart, with the user's own helm. */
export function renderChart(shell: Shell, chart: string, values: readonly string[]): Promise<ManifestFile> {
  const path = resolve(shell.folder, chart);
  // The release is called as the chart is, so that objects have no other name in front of theirs.
  const name =
    path
      .split(/[/\\]/)
      .at(-1)
      ?.toLowerCase()
      .replace(/[^a-z0-9-]/g, "-") ?? "release";
  const args = ["template", name, path, ...values.flatMap((file) => ["--values", resolve(shell.folder, file)])];
  const options = { env: { ...shell.environment }, cwd: shell.folder, maxBuffer: largest, timeout: patience };
  return new Promise((done, fail) => {
    execFile("helm", args, options, (error, stdout, stderr) => {
      if (error === null) return done({ name: chart, text: stdout });
      const isMissing = "code" in error && error.code === "ENOENT";
      fail(
        new CommandFailure(
          isMissing ? "helm-missing" : "helm-failed",
          isMissing ? "There is no helm on the PATH." : `helm cannot render ${chart}:`,
          {
            exitCode: isMissing ? exitCode.failed : exitCode.usage,
            lines: isMissing
              ? []
              : stderr
                  .trim()
                  .split("\n")
                  .slice(0, 20)
                  .map((line) => `  ${line}`),
            advice: isMissing
              ? "install helm, or render elsewhere: helm template <chart> | fairway import -"
              : "chart values are given with --values <file>",
            cause: error,
          },
        ),
      );
    });
  });
}
