/** Numbers in [0, 1) that a seed decides: mulberry32 (Tommy Ettinger, public domain), plenty for a simulation and small. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const hexOf = (byte: number): string => hexadecimal[byte] ?? "";

/** A UUID of version 4 of such numbers. */
export function seededUuid(random: () => number): string {
  const word = (): string => {
    const bits = Math.floor(random() * 2 ** 32);
    return hexOf(bits >>> 24) + hexOf((bits >>> 16) & 0xff) + hexOf((bits >>> 8) & 0xff) + hexOf(bits & 0xff);
  };
  const [a, b, c, d] = [word(), word(), word(), word()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** A seed of its own for each part of a simulation: FNV-1a of the name, over the whole's seed. */
export function seedOf(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
