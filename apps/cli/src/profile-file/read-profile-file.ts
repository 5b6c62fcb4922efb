import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Profile, parseProfile } from "@fairway/spec";
import { AppFileRefused } from "../app-file/parse-app-file.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Shell } from "../terminal/shell.ts";

/** A platform owner's profile as it was read. */
export interface ProfileFile {
  /** As messages name it. */
  readonly name: string;
  readonly text: string;
  readonly profile: Profile;
}

/** The parser refuses less than this; beyond it, a file is not even read. */
const largest = 16 * 1024 * 1024;

/**
 * Throws `CommandFailure`, with all problems of a profile that is not valid.
 *
 * @param where a file, or `-` for standard input
 */
export async function readProfileFile(shell: Shell, where: string): Promise<ProfileFile> {
  const name = where === "-" ? "profile.toml" : where;
  const text = where === "-" ? await shell.input.readAll(largest).catch(tooLarge) : await readText(shell, where);
  const parsed = parseProfile(text);
  if (parsed.ok) return { name, text, profile: parsed.value };
  throw new AppFileRefused({ name, text }, parsed.issues, {
    code: "profile-not-valid",
    exitCode: exitCode.usage,
    help: "fairway help profile",
  });
}

async function readText(shell: Shell, where: string): Promise<string> {
  const path = resolve(shell.folder, where);
  const about = await stat(path).catch(() => undefined);
  if (about === undefined || !about.isFile()) {
    throw new CommandFailure("profile-missing", `There is no file ${where}.`, {
      exitCode: exitCode.usage,
      advice: "begin with the profile that holds: fairway profile > profile.toml",
    });
  }
  return about.size > largest ? tooLarge(new RangeError()) : readFile(path, "utf8");
}

function tooLarge(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new CommandFailure("profile-not-valid", "This is too large: no profile is.", { exitCode: exitCode.usage });
}
