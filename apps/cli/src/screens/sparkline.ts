const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Values as a row of bars between the least and the greatest of them; `·` where there is none. Equal ones lie low. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  return values
    .map((value) => {
      if (value === null) return "·";
      const height = greatest === least ? 0 : (value - least) / (greatest - least);
      return bars[Math.round(height * (bars.length - 1))] ?? "·";
    })
    .join("");
}
