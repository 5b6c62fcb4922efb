import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Sha256 } from "@fairway/manifests";
import type { ImportInput } from "../import/import-manifests.ts";

export const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");

const folder = new URL("../../testdata/manifests/", import.meta.url);

/** Sets of manifests of different origin, by name. A folder in `input` is an environment. */
export function manifestCases(): readonly (readonly [name: string, inputs: readonly ImportInput[]])[] {
  return readdirSync(folder).map((name) => [name, inputsOf(new URL(`${name}/input/`, folder))]);
}

export function caseFolder(name: string): URL {
  return new URL(`${name}/expected/`, folder);
}

function inputsOf(input: URL): readonly ImportInput[] {
  const entries = readdirSync(input, { withFileTypes: true });
  const files = (at: URL, prefix = "") =>
    readdirSync(at).map((name) => ({ name: `${prefix}${name}`, text: readFileSync(new URL(name, at), "utf8") }));
  const environments = entries.filter((entry) => entry.isDirectory());
  if (environments.length === 0) return [{ environment: undefined, files: files(input) }];
  return environments.map((entry) => ({
    environment: basename(entry.name),
    files: files(new URL(`${entry.name}/`, input), `${entry.name}/`),
  }));
}
