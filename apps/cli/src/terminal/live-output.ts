import type { Output } from "./shell.ts";

/** Output whose last lines may still change. */
export interface LiveOutput {
  /** Prints lines that stay, and below them those that move, instead of the ones that moved before. */
  update(settled: readonly string[], moving: readonly string[]): void;
  /** Prints lines that stay, above those that move. */
  settle(lines: readonly string[]): void;
}

/** Lines that move are drawn on terminals only; none may be wider than it, since a wrapped line could not be drawn over. */
export function liveOutput(output: Output): LiveOutput {
  let shown: readonly string[] = [];
  const update = (settled: readonly string[], moving: readonly string[]) => {
    const next = output.isTerminal ? moving : [];
    const same = next.length === shown.length && next.every((line, at) => line === shown[at]);
    if (settled.length === 0 && same) return;
    // To the first of our lines, and clear from there (ECMA-48: CUU, ED).
    const erase = shown.length === 0 ? "" : `\r${shown.length > 1 ? `\u001b[${shown.length - 1}A` : ""}\u001b[J`;
    shown = next;
    // One write, so that nothing flickers in between.
    output.write(`${erase}${settled.map((line) => `${line}\n`).join("")}${next.join("\n")}`);
  };
  return { update, settle: (lines) => update(lines, shown) };
}
