import type { Document, Tags } from "yaml";
import type { Place } from "./hatch-issue.ts";

/** One document of a YAML file, which knows where its parts stand. */
export interface YamlDocument {
  readonly value: unknown;
  /** Of the key at this path, or of what is nearest above it. */
  placeOf(path: readonly (string | number)[]): Place;
}

export type ReadYaml =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  | { readonly ok: false; readonly problems: readonly (Place & { readonly message: string })[] };

/** Numbers that kubectl reads as octal (YAML 1.1): `defaultMode: 0644`. */
const octal = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^0[0-7]+$/,
  resolve: (text: string) => Number.parseInt(text, 8),
} as const;

/** The documents of a file that are not empty. */
export async function readYaml(text: string): Promise<ReadYaml> {
  const { isMap, isPair, isScalar, isNode, isSeq, LineCounter, parseAllDocuments } = await import("yaml");
  const lines = new LineCounter();
  const place = (from: number, to: number): Place => {
    const { line, col } = lines.linePos(from);
    const end = text.indexOf("\n", from);
    return { line, column: col, length: Math.max(1, Math.min(to, end === -1 ? text.length : end) - from) };
  };
  const customTags = (tags: Tags): Tags => [octal, ...tags];
  const parsed = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, customTags })];
  const problems = parsed.flatMap(({ errors }) =>
    errors.map(({ message, pos: [from, to] }) => ({ message: message.split("\n")[0] ?? "", ...place(from, to) })),
  );
  if (problems.length > 0) return { ok: false, problems };

  const rangeOf = (document: Document.Parsed, path: readonly (string | number)[]): readonly [number, number] => {
    let node: unknown = document.contents;
    let range = isNode(node) && node.range ? ([node.range[0], node.range[1]] as const) : ([0, 1] as const);
    for (const step of path) {
      let key: unknown;
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
        [key, node] = isPair(pair) ? [pair.key, pair.value] : [undefined, undefined];
      } else {
        node = isSeq(node) ? node.items[Number(step)] : undefined;
        key = node;
      }
      if (!isNode(key) || !key.range) break;
      range = [key.range[0], key.range[1]];
    }
    return range;
  };
  const documents: YamlDocument[] = [];
  for (const document of parsed) {
    try {
      // Few aliases are a convenience, many are an attack.
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      if (value === null || value === undefined) continue;
      documents.push({ value, placeOf: (path) => place(...rangeOf(document, path)) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, problems: [{ message, ...place(...rangeOf(document, [])) }] };
    }
  }
  return { ok: true, documents };
}
