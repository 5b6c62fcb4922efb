import path from "node:path";
import { checkout } from "../test/e2e/platform.ts";
import { processTime, type Row } from "./measure.ts";

const rounds = 20;

/** What a person waits for who types a command that needs no server. */
export async function commandLine(): Promise<readonly Row[]> {
  const fairway = path.join(checkout, "apps/cli/bin/fairway.js");
  const app = path.join(checkout, "examples/shop");
  const bare = processTime(process.execPath, ["-e", "0"], rounds);
  const row = (args: readonly string[], bound: string): Row => ({
    what: `cold \`fairway ${args.map((argument) => path.basename(argument)).join(" ")}\``,
    milliseconds: processTime(process.execPath, [fairway, ...args], rounds),
    peer: "`node -e 0`",
    peerMilliseconds: bare,
    bound,
  });
  return [row(["--version"], "100 ms"), row(["validate", app], ""), row(["render", app], "")];
}
