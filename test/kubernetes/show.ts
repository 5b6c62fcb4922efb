/** Told with `SHOW=1`: what people are told, what was measured. */
export function show(words: string): void {
  if (process.env["SHOW"] !== undefined) console.log(words);
}
