const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Units in which a duration may be given as a plain number, in milliseconds. */
export type DurationUnit = keyof typeof units;

/** `500ms`, `2m`, `1h30m`: whole numbers with units, each unit once, the largest first. */
export const durationPattern = "^(?=.)(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m(?!s))?(\\d{1,9}s)?(\\d{1,9}ms)?$";
const duration = new RegExp(durationPattern);

/** Milliseconds of a text such as `1h30m`; undefined when it is no duration. */
export function milliseconds(text: string): number | undefined {
  if (!duration.test(text)) return undefined;
  let sum = 0;
  for (const [, number = "", unit = ""] of text.matchAll(/(\d+)(ms|[dhms])/g)) sum += Number(number) * sizeOf(unit);
  return sum;
}

/** A field's value in its own unit: numbers are in that unit already. Undefined when it is no duration. */
export function durationIn(unit: DurationUnit, value: number | string): number | undefined {
  if (typeof value === "number") return value;
  const all = milliseconds(value);
  return all === undefined ? undefined : all / units[unit];
}

/** `90` seconds as a person writes it: `1m30s`. */
export function durationText(unit: DurationUnit, value: number): string {
  let rest = value * units[unit];
  let text = "";
  for (const [name, size] of Object.entries(units)) {
    const whole = Math.floor(rest / size);
    if (whole > 0) text += `${whole}${name}`;
    rest -= whole * size;
  }
  return text === "" ? `0${unit}` : text;
}

function sizeOf(unit: string): number {
  switch (unit) {
    case "d":
      return units.d;
    case "h":
      return units.h;
    case "m":
      return units.m;
    case "s":
      return units.s;
    default:
      return units.ms;
  }
}
