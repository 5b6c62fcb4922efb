import type { KubernetesObject } from "@fairway/objects";

/**
 * Kubernetes objects as YAML documents in block style, each begun by `---`: what `fairway render` prints and the API
 * answers. Order is kept, fields that are undefined are left out, the same objects give the same bytes. Expects plain JSON data;
 * half of a surrogate pair, which UTF-8 cannot carry, comes out as an escape that kubectl refuses.
 *
 * Parsers of YAML 1.2 and of 1.1 read it back alike: kubectl and Helm still take a plain `yes` or `012` for something else than
 * text, even where a key stands. The package `yaml` knows that too, when told, but needs 21 ms for the first 40 KB of a
 * process and 7 ms for later ones, this 1.2 and 0.6 ms, and it is one more thing to load before a command can answer.
 */
export function formatDocuments(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => `---\n${block(object, "")}\n`).join("");
}

/** Lines of a value, the first without indentation, the others with `pad`; no line end after the last. */
function block(value: unknown, pad: string): string {
  return isFilled(value) ? lines(value, pad) : scalar(value, pad);
}

function lines(value: object, pad: string): string {
  const inner = `${pad}  `;
  let text = "";
  const add = (line: string) => {
    text += text === "" ? line : `\n${pad}${line}`;
  };
  if (Array.isArray(value)) {
    for (const item of value) add(`- ${block(item, inner)}`);
    return text;
  }
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const name = keyed(key, pad);
    add(isFilled(part) ? `${name}:\n${inner}${lines(part, inner)}` : `${name}: ${scalar(part, inner)}`);
  }
  return text;
}

/** Whether a value takes lines of its own: a list or table with something in it. */
function isFilled(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  for (const part of Object.values(value)) if (part !== undefined) return true;
  return false;
}

function scalar(value: unknown, pad: string): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  if (!value.includes("\n") || bareEdges.test(value) || unprintable.test(value.replaceAll("\n", "")))
    return word(value);
  const [sign, content] = value.endsWith("\n") ? ["|", value.slice(0, -1)] : ["|-", value];
  return `${sign}\n${pad}${content.replaceAll(/\n(?!\n)/g, `\n${pad}`)}`;
}

/** A key. Parsers look for its colon in the next 1024 characters only, so a long one says that it is a key. */
function keyed(key: string, pad: string): string {
  return key.length > 160 ? `? ${word(key)}\n${pad}` : word(key);
}

function word(text: string): string {
  if (!syntax.test(text) && !otherThanText.test(text) && !unprintable.test(text)) return text;
  return JSON.stringify(text).replaceAll(everyUnprintable, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** What some parser takes for more than text where a block's text may stand: https://yaml.org/spec/1.2.2/#733-plain-style */
const syntax = /^$|^[\s?:,[\]{}#&*!|>'"%@`]|^-(?!\S)|:(?!\S)| #|\s$/;

/**
 * What a parser of YAML 1.1 or 1.2 takes for a boolean, null, number, time or merge key. Rather too much than too little: a
 * quote that was not needed does no harm. https://yaml.org/type/, and `resolve.go` of sigs.k8s.io/yaml.
 */
const otherThanText =
  /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?\.(?:inf|nan)|(?!\.$)[-+]?[\d_.,:]*(?:e[-+]?[\d_]*)?|[-+]?0[xob][\da-f_]*|\d{4}-\d.*|---.*)$/i;

/** A text of several lines that begins with a space or empty line, or has a line that ends with a space. */
const bareEdges = /^\s|[ \t]\n|\n\n$|[ \t]$/;

/** Control and formatting characters and spaces other than " ", some of which are line ends in YAML 1.1. */
const unprintable =
  /[\p{Cc}\p{Cs}\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\ufffb\ufffe\uffff]/u;
const everyUnprintable = new RegExp(unprintable, "gu");
