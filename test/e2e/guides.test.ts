/** The guides do what they say: their files are written, their commands run, and what they show appears. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { followGuide } from "./guide.ts";
import { checkout, type Platform, startPlatform } from "./platform.ts";

async function type(platform: Platform, command: string, exit: number): Promise<string> {
  const [program, ...args] = command.split(" ");
  if (program === "curl") return (await platform.get(args[0] ?? "")).body;
  assert.equal(program, "fairway", `a guide may type fairway and curl, not ${program}`);
  const { code, stdout, stderr } = await platform.fairway(args);
  assert.equal(code, exit, `${command}\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** Those for which one machine with Node is enough; test/kubernetes follows the other. */
const guides = globSync("docs/guides/*.md", { cwd: checkout }).filter((guide) => !guide.endsWith("/kubernetes.md"));

for (const guide of guides) {
  test(`${guide} does what it says`, async (t) => {
    const platform = await startPlatform(t);
    const markdown = await readFile(path.join(checkout, guide), "utf8");
    await followGuide(markdown, platform.folder, (command, exit) => type(platform, command, exit));
  });
}
