import { type FolderFacts, textOf } from "./folder-facts.ts";

export interface Instruction {
  /** In capitals. */
  readonly name: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** The last stage of a Dockerfile: what runs. */
export interface Dockerfile {
  readonly path: string;
  /** Reference of the last stage that is no stage of the file itself. */
  readonly base: string | undefined;
  readonly stages: readonly string[];
  readonly last: readonly Instruction[];
}

const names = ["Dockerfile", "dockerfile", "docker/Dockerfile", "Containerfile"];

/** The folder's Dockerfile, as far as it matters here; variables are not filled in. */
export function dockerfileOf(facts: FolderFacts): Dockerfile | undefined {
  const path = names.find((name) => textOf(facts, name) !== undefined);
  const text = path === undefined ? undefined : textOf(facts, path);
  if (path === undefined || text === undefined) return undefined;
  const all = instructionsOf(text);
  const stages = all.filter(({ name }) => name === "FROM");
  const aliases = new Map(
    stages.flatMap(({ value }): readonly (readonly [string, string])[] => {
      const [, image = "", alias] = /^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?/i.exec(value) ?? [];
      return alias === undefined ? [] : [[alias, image]];
    }),
  );
  const imageOf = (value: string): string => {
    let image = /^(?:--\S+\s+)*(\S+)/.exec(value)?.[1] ?? "";
    for (let steps = 0; steps < 20 && aliases.has(image); steps++) image = aliases.get(image) ?? "";
    return image;
  };
  const begin = stages.at(-1);
  return {
    path,
    base: begin === undefined ? undefined : imageOf(begin.value),
    stages: stages.map(({ value }) => imageOf(value)),
    last: begin === undefined ? all : all.slice(all.indexOf(begin) + 1),
  };
}

function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let open: Instruction | undefined;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*#/.test(raw) || raw.trim() === "") continue;
    const goesOn = raw.trimEnd().endsWith("\\");
    const line = goesOn ? raw.trimEnd().slice(0, -1) : raw;
    if (open === undefined) {
      const [, name = "", value = ""] = /^\s*([A-Za-z]+)\s*(.*)$/.exec(line) ?? [];
      open = { name: name.toUpperCase(), value: value.trim(), line: at + 1 };
    } else open = { ...open, value: `${open.value} ${line.trim()}` };
    if (goesOn) continue;
    found.push(open);
    open = undefined;
  }
  return open === undefined ? found : [...found, open];
}

/** CMD or ENTRYPOINT: the words of the JSON form, or the line that a shell runs. */
export function commandIn(value: string): readonly string[] | string | undefined {
  if (value.trim() === "") return undefined;
  if (!value.trim().startsWith("[")) return value.trim();
  try {
    const words: unknown = JSON.parse(value);
    if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === "string")) return words;
  } catch {
    // Docker, too, takes what is no JSON for a line.
  }
  return value.trim();
}
