import type { Flaw } from "./flaw.ts";

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const daysOfMonth = { low: 1, high: 31 };
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const fields: readonly Field[] = [
  { name: "minute", low: 0, high: 59 },
  { name: "hour", low: 0, high: 23 },
  { name: "day of the month", ...daysOfMonth },
  { name: "month", low: 1, high: 12, names: months },
  { name: "day of the week", low: 0, high: 6, names: weekdays },
];
const macros = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/**
 * What a CronJob's schedule may be: the grammar of `ParseStandard` in github.com/robfig/cron v3, which Kubernetes
 * validates with. `TZ=` and `CRON_TZ=` are refused, as there. Stricter where it would take a slip in
 * silence: a day that no month has, an empty part of a list, `*-5`, `@every 0s`.
 */
export function cronScheduleFlaw(text: string): Flaw | undefined {
  if (/^(CRON_)?TZ=/.test(text)) return { reason: "a time zone cannot be set here: schedules are in UTC" };
  if (text.startsWith("@")) return macroFlaw(text);
  const words = [...text.matchAll(/\S+/g)];
  if (words.length !== fields.length) {
    const six = words.length === 6 ? "; seconds are not told" : "";
    return {
      reason: `it has ${words.length} ${words.length === 1 ? "field" : "fields"} instead of 5: minute, hour, day of the month, month, day of the week${six}`,
    };
  }
  const found: (readonly number[])[] = [];
  for (const [index, field] of fields.entries()) {
    const word = words[index];
    if (word === undefined) continue;
    const values = valuesOf(word[0], field);
    if (typeof values === "string") return { reason: values, at: [word.index, word.index + word[0].length] };
    found.push(values);
  }
  const [, , days = [], inMonths = []] = found;
  const [, , daysWord, , weekdaysWord] = words.map(([word]) => word);
  // With both days given, either is enough.
  if (daysWord === undefined || isAny(daysWord) || weekdaysWord === undefined || !isAny(weekdaysWord)) return undefined;
  const comes = inMonths.some((month) => days.some((day) => day <= (longestMonths[month - 1] ?? 0)));
  return comes ? undefined : { reason: "this day never comes: no such month has it" };
}

function macroFlaw(text: string): Flaw | undefined {
  if (macros.includes(text)) return undefined;
  const every = /^@every (.+)$/.exec(text)?.[1];
  if (every === undefined) return { reason: `there is no ${text.slice(0, 30)}: ${macros.join(", ")}, @every 1h` };
  return /^(\d+(\.\d+)?(h|m|s))+$/.test(every) && /[1-9]/.test(every)
    ? undefined
    : { reason: "@every needs hours, minutes and seconds, such as 1h30m" };
}

const isAny = (word: string): boolean => word.startsWith("*") || word.startsWith("?");

/** All values of a field's word, or what is wrong. */
function valuesOf(word: string, field: Field): readonly number[] | string {
  const values: number[] = [];
  for (const part of word.split(",")) {
    const some = valuesOfPart(part, field);
    if (typeof some === "string") return some;
    values.push(...some);
  }
  return values;
}

function valuesOfPart(part: string, field: Field): readonly number[] | string {
  const [range = "", stepWord, ...moreSteps] = part.split("/");
  const [from = "", to, ...moreRanges] = range.split("-");
  if (moreSteps.length > 0 || moreRanges.length > 0) return `${shown(part)} has too many parts`;
  const step = stepWord === undefined ? 1 : /^\d{1,9}$/.test(stepWord) ? Number(stepWord) : 0;
  if (step === 0) return `${shown(part)} has no step: a step is a whole number from 1`;
  const any = from === "*" || from === "?";
  if (any && to !== undefined) return `${shown(part)} is no range: ${field.low}-${field.high} is`;
  const low = any ? field.low : numberOf(from, field);
  const last = any || (to === undefined && stepWord !== undefined) ? field.high : numberOf(to ?? from, field);
  if (typeof low === "string") return low;
  if (typeof last === "string") return last;
  if (low > last) return `${shown(range)} runs backwards: ${last}-${low}, or two ranges with a comma`;
  return Array.from({ length: Math.floor((last - low) / step) + 1 }, (_, index) => low + index * step);
}

function numberOf(word: string, { name, low, high, names = [] }: Field): number | string {
  const named = names.indexOf(word.toLowerCase());
  const value = named !== -1 ? named + low : /^\d{1,9}$/.test(word) ? Number(word) : Number.NaN;
  if (value >= low && value <= high) return value;
  const sunday = name === "day of the week" && value === 7 ? "; Sunday is 0" : "";
  const also = names.length === 0 ? "" : `, or ${names[0]} to ${names.at(-1)}`;
  return word === ""
    ? `the ${name} is missing`
    : `there is no ${name} ${shown(word)} (${low} to ${high}${also}${sunday})`;
}

const shown = (word: string): string => (word.length > 20 ? `${word.slice(0, 20)}...` : word);
