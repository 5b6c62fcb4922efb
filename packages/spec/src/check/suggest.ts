/**
 * The candidates that `word` was probably meant to be: those with the smallest number of edits (letters added, left
 * out, replaced, or two neighbours swapped), when that is small for the word's length; else those that `word` begins.
 * Upper case and the choice of `-` or `_` count for nothing. At most three.
 */
export function suggest(word: string, candidates: readonly string[]): readonly string[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, "");
  const typed = plain(word);
  if (typed.length > 64) return [];
  const limit = typed.length <= 3 ? 1 : typed.length <= 6 ? 2 : 3;
  const measured = candidates.map((candidate) => ({ candidate, edits: edits(typed, plain(candidate)) }));
  const least = Math.min(...measured.map((one) => one.edits));
  const near = least <= limit ? measured.filter((one) => one.edits === least) : [];
  const begun = typed.length >= 3 ? measured.filter((one) => plain(one.candidate).startsWith(typed)) : [];
  return (near.length > 0 ? near : begun).slice(0, 3).map((one) => one.candidate);
}

/** Optimal string alignment distance (Damerau-Levenshtein without repeated edits of one place). */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, (before[column - 2] ?? 0) + 1);
      }
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
