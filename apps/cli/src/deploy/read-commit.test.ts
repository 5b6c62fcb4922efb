import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { serviceFolder, smallService } from "../testing/run-cli.ts";
import { readCommit } from "./read-commit.ts";

test("the commit of a folder, and whether more than that is deployed", async (t) => {
  const folder = await serviceFolder(t, smallService);
  assert.equal(await readCommit(folder), undefined, "no repository");
  const who = ["-c", "user.name=me", "-c", "user.email=me@example.com"];
  const git = (...args: readonly string[]) => execFileSync("git", ["-C", folder, ...who, ...args], { stdio: "pipe" });
  git("init", "-q");
  assert.equal(await readCommit(folder), undefined, "no commit yet");
  git("add", ".");
  git("commit", "-q", "-m", "Greets in Dutch\n\nmore");
  const commit = await readCommit(folder);
  assert.match(commit?.hash ?? "", /^[0-9a-f]{40}$/);
  assert.deepEqual([commit?.subject, commit?.dirty], ["Greets in Dutch", false]);
  assert.ok(Math.abs(Date.now() - Date.parse(commit?.committedAt ?? "")) < 60_000);
  await writeFile(join(folder, "index.js"), "// changed\n");
  assert.equal((await readCommit(folder))?.dirty, true);
});
