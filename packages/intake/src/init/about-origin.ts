import { type FolderFacts, firstFile, textOf } from "../folder/folder-facts.ts";
import { guess, type Origin } from "./guess.ts";
import { teamName } from "./names.ts";

/** CODEOWNERS: who owns everything here. */
export function ownerOrigin(facts: FolderFacts): Origin["owner"] {
  const file = firstFile(facts, ["CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS"]);
  if (file === undefined) return undefined;
  const last = [...(textOf(facts, file) ?? "").matchAll(/^\s*(?:\*|\/)\s+(\S+)/gm)].at(-1)?.[1];
  return last === undefined ? undefined : guess(teamName(last), file);
}

/** The first sentence of the README's first paragraph. */
export function readmeOrigin(facts: FolderFacts): Origin["description"] {
  const file = firstFile(facts, ["README.md", "README", "README.rst", "README.txt", "readme.md"]);
  if (file === undefined) return undefined;
  for (const paragraph of (textOf(facts, file) ?? "").split(/\r?\n\s*\r?\n/)) {
    const text = paragraph
      .replace(/^.*\n[=-]{3,}$/gm, "")
      .replace(/^#.*$/gm, "")
      .replace(/^[=-]{3,}$/gm, "")
      .replace(/\s+/g, " ")
      .trim();
    // A picture, a table, a list or a block of code says nothing in a sentence.
    if (text === "" || /^([!<|*>`+-]|\[[!\]]|\[!\[|\d+\.|={3}|\$ )/.test(text)) continue;
    const plain = text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*_`]{1,3}([^*_`]+)[*_`]{1,3}/g, "$1");
    const sentence = /^.{8,200}?[.!?](?=\s|$)/.exec(plain)?.[0].replace(/\.$/, "");
    return { value: sentence ?? plain.slice(0, 200).trim(), reason: file };
  }
  return undefined;
}
