/** When something is due: five cron fields, a macro such as `@daily`, or `@every 90s`. */
export interface CronSchedule {
  /** The first due time after `time`, in milliseconds since the epoch; undefined when there is none within five years. */
  next(time: number): number | undefined;
}

/** A schedule that cannot be read; the words are those of github.com/robfig/cron, which Kubernetes uses. */
export class ScheduleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ScheduleError";
  }
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** `*` or `?` stands in it: of the two fields of days then only the other one counts. */
  readonly star: boolean;
}

const minuteMilliseconds = 60_000;
const fieldBounds: readonly [Bounds, Bounds, Bounds, Bounds, Bounds] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ["", ..."jan feb mar apr may jun jul aug sep oct nov dec".split(" ")] },
  { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") },
];
const macros: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const durationUnits: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Whether the name is one of the time zone database, as `Europe/Berlin` or `Etc/UTC`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Reads a schedule; its fields mean times of `timeZone`, UTC unless given. Throws `ScheduleError`. */
export function parseCronSchedule(text: string, timeZone = "UTC"): CronSchedule {
  if (text === "") throw new ScheduleError("empty spec string");
  if (text.startsWith("@every ")) return every(text);
  if (text.startsWith("@") && macros[text] === undefined) throw new ScheduleError(`unrecognized descriptor: ${text}`);
  const words = (macros[text] ?? text).trim().split(/\s+/);
  const [minute, hour, day, month, weekday, ...rest] = words.map((word, index) => parseField(word, fieldBounds[index]));
  if (!minute || !hour || !day || !month || !weekday || rest.length > 0) {
    throw new ScheduleError(`expected exactly 5 fields, found ${words.length}: [${words.join(" ")}]`);
  }
  const local = localTime(timeZone);
  const dayFits = (at: LocalTime): boolean => {
    if (!month.values.has(at.month)) return false;
    const [byDate, byName] = [day.values.has(at.day), weekday.values.has(at.weekday)];
    return day.star || weekday.star ? byDate && byName : byDate || byName;
  };
  return {
    next(time) {
      let now = Math.floor(time / minuteMilliseconds) * minuteMilliseconds + minuteMilliseconds;
      const end = time + 5 * 366 * 86_400_000;
      while (now < end) {
        const at = local(now);
        if (!dayFits(at)) now = nextDay(now, at, local);
        else if (!hour.values.has(at.hour)) now += (60 - at.minute) * minuteMilliseconds;
        else if (!minute.values.has(at.minute)) now += minuteMilliseconds;
        else return now;
      }
      return undefined;
    },
  };
}

/** The first minute of the next day; on days when clocks change it may not be at 0:00. */
function nextDay(now: number, at: LocalTime, local: (time: number) => LocalTime): number {
  let next = now + ((24 - at.hour) * 60 - at.minute) * minuteMilliseconds;
  const there = local(next);
  // The day had 25 hours: there is one left.
  if (there.day === at.day) return next + (24 - there.hour) * 60 * minuteMilliseconds;
  // The day had 23 hours, so this is too far; if 0:00 itself was skipped, it is not.
  const back = next - (there.hour * 60 + there.minute) * minuteMilliseconds;
  if (local(back).day === there.day) next = back;
  return next;
}

function parseField(text: string, bounds: Bounds | undefined): Field {
  const values = new Set<number>();
  let star = false;
  for (const part of text.split(",").filter((one) => one !== "")) {
    if (bounds !== undefined) star = parseRange(part, bounds, values) || star;
  }
  return { values, star };
}

/** Adds the values of `3`, `1-5`, `*` or `10-40/5`. True for a star that counts as one. */
function parseRange(text: string, { min, max, names }: Bounds, into: Set<number>): boolean {
  const [range = "", stepText, ...slashes] = text.split("/");
  const [low = "", high, ...hyphens] = range.split("-");
  const star = low === "*" || low === "?";
  if (!star && hyphens.length > 0) throw new ScheduleError(`too many hyphens: ${text}`);
  const named = (word: string) => {
    const index = names?.indexOf(word.toLowerCase()) ?? -1;
    return index >= 0 && word !== "" ? index : wholeNumber(word);
  };
  const start = star ? min : named(low);
  let end = star ? max : high === undefined ? start : named(high);
  if (slashes.length > 0) throw new ScheduleError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  // `5/15` is `5-59/15`.
  if (stepText !== undefined && high === undefined) end = max;
  if (start < min) throw new ScheduleError(`beginning of range (${start}) below minimum (${min}): ${text}`);
  if (end > max) throw new ScheduleError(`end of range (${end}) above maximum (${max}): ${text}`);
  if (start > end) throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`);
  for (let value = start; value <= end; value += step) into.add(value);
  return star && step === 1;
}

function wholeNumber(word: string): number {
  if (/^-\d+$/.test(word)) throw new ScheduleError(`negative number (${Number(word)}) not allowed: ${word}`);
  if (/^\+?\d{1,9}$/.test(word)) return Number(word);
  throw new ScheduleError(
    `failed to parse int from ${word}: strconv.Atoi: parsing ${JSON.stringify(word)}: invalid syntax`,
  );
}

function every(text: string): CronSchedule {
  const parts = [...text.slice("@every ".length).matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text.slice("@every ".length)) {
    const duration = JSON.stringify(text.slice("@every ".length));
    throw new ScheduleError(`failed to parse duration ${text}: time: invalid duration ${duration}`);
  }
  const length = parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (durationUnits[unit] ?? 0), 0);
  const seconds = Math.max(1, Math.floor(length / 1000));
  return { next: (time) => Math.floor(time / 1000) * 1000 + seconds * 1000 };
}

interface LocalTime {
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

function localTime(timeZone: string): (time: number) => LocalTime {
  if (timeZone === "UTC") return (time) => partsOf(new Date(time));
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
  });
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const date = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
    return partsOf(new Date(date));
  };
}

function partsOf(date: Date): LocalTime {
  return {
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}
