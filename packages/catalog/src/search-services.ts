/** What a search looks at. */
export interface Searchable {
  readonly name: string;
  readonly owner?: string | undefined;
  readonly description: string;
  readonly kind: string;
}

/**
 * Services that match every word of a query, best first; all of them, in their order, for an empty one. A word matches
 * anywhere in name, owner, description or kind, letters of either case; a name that is the word, then one that begins
 * with it, then one with a part (between hyphens) that does, come before all else. Ties go by name.
 *
 * @param query As a person types it, for example `pay users`.
 */
export function searchServices<Item extends Searchable>(items: readonly Item[], query: string): readonly Item[] {
  const words = folded(query)
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return items;
  return items
    .flatMap((item) => {
      const points = score(item, words);
      return points === undefined ? [] : [{ item, points }];
    })
    .sort((a, b) => b.points - a.points || (a.item.name < b.item.name ? -1 : 1))
    .map(({ item }) => item);
}

/** Undefined when a word matches nothing. */
function score(item: Searchable, words: readonly string[]): number | undefined {
  let sum = 0;
  for (const word of words) {
    const points = Math.max(
      matchName(folded(item.name), word),
      matchText(folded(item.owner ?? ""), word, 20),
      matchText(folded(item.kind), word, 10),
      matchText(folded(item.description), word, 5),
    );
    if (points === 0) return undefined;
    sum += points;
  }
  return sum;
}

function matchName(name: string, word: string): number {
  if (name === word) return 1000;
  if (name.startsWith(word)) return 500;
  if (name.split("-").some((part) => part.startsWith(word))) return 200;
  return name.includes(word) ? 100 : 0;
}

/** Twice the weight where a word begins with it. */
function matchText(text: string, word: string, weight: number): number {
  if (!text.includes(word)) return 0;
  return text.split(/[^\p{L}\p{N}]+/u).some((one) => one.startsWith(word)) ? 2 * weight : weight;
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
