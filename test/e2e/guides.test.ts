/** The guides do what they say: their files are written, their commands run, and what they show appears. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { checkout, type Platform, startPlatform } from "./platform.ts";

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

/** A `$ command` and the beginnings of lines that it shows. */
function commandsOf(block: Block): readonly { readonly command: string; readonly shows: readonly string[] }[] {
  return block.text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...shows] = part.trimEnd().split("\n");
      return { command, shows };
    });
}

async function type(platform: Platform, command: string, exit: number): Promise<string> {
  const [program, ...args] = command.split(" ");
  if (program === "curl") return (await platform.get(args[0] ?? "")).body;
  assert.equal(program, "fairway", `a guide may type fairway and curl, not ${program}`);
  const { code, stdout, stderr } = await platform.fairway(args);
  assert.equal(code, exit, `${command}\n${stdout}${stderr}`);
  return stdout + stderr;
}

for (const guide of globSync("docs/guides/*.md", { cwd: checkout })) {
  test(`${guide} does what it says`, async (t) => {
    const platform = await startPlatform(t);
    const blocks = blocksOf(await readFile(path.join(checkout, guide), "utf8"));
    let typed = 0;
    for (const block of blocks) {
      const file = block.attributes["file"];
      if (file !== undefined) {
        await mkdir(path.join(platform.folder, path.dirname(file)), { recursive: true });
        await writeFile(path.join(platform.folder, file), block.text);
      }
      if (block.language !== "console") continue;
      for (const { command, shows } of commandsOf(block)) {
        const shown = await type(platform, command, Number(block.attributes["exit"] ?? 0));
        for (const line of shows) assert.ok(shown.includes(line), `${command} shows no "${line}":\n${shown}`);
        typed += 1;
      }
    }
    assert.ok(typed > 0);
  });
}
