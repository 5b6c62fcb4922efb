/** What a guide tells its reader to write and to type. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** One fenced block: ```<language> <attributes> */
interface Block {
  readonly language: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)].map(
    ([, language = "", attributes = "", text = ""]) => ({
      language,
      attributes: Object.fromEntries(
        [...attributes.matchAll(/(\w+)=(\S+)/g)].map(([, key = "", value = ""]) => [key, value]),
      ),
      text,
    }),
  );
}

/** A `$ command` and what stands in its output. */
function commandsOf(block: Block): readonly { readonly command: string; readonly shows: readonly string[] }[] {
  return block.text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...shows] = part.trimEnd().split("\n");
      return { command, shows };
    });
}

/**
 * Does what a guide says, block by block: `file=<path>` is written below `folder`, `$ ` lines of `console` blocks are
 * typed, and the lines that follow must be in what they show, with `wait=<seconds>` after some tries.
 *
 * @param type Types a command that must end with the exit code, and gives all that it shows.
 */
export async function followGuide(
  markdown: string,
  folder: string,
  type: (command: string, exit: number) => Promise<string>,
): Promise<void> {
  let typed = 0;
  for (const block of blocksOf(markdown)) {
    const file = block.attributes["file"];
    if (file !== undefined) {
      await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
      await writeFile(path.join(folder, file), block.text);
    }
    if (block.language !== "console") continue;
    for (const { command, shows } of commandsOf(block)) {
      const look = async () => {
        const shown = await type(command, Number(block.attributes["exit"] ?? 0));
        for (const line of shows) assert.ok(shown.includes(line), `${command} shows no "${line}":\n${shown}`);
      };
      await untilItHolds(look, Number(block.attributes["wait"] ?? 0));
      typed += 1;
    }
  }
  assert.ok(typed > 0);
}

async function untilItHolds(look: () => Promise<void>, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
    await pause(200);
  }
}
