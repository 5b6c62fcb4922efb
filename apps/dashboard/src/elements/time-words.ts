const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `4 d ago`, then the date. Both in milliseconds since the epoch. */
export function relativeTime(at: number, now: number): string {
  const age = now - at;
  if (age < 5 * second) return "just now";
  if (age < minute) return `${Math.floor(age / second)} s ago`;
  if (age < hour) return `${Math.floor(age / minute)} min ago`;
  if (age < day) return `${Math.floor(age / hour)} h ago`;
  if (age < 30 * day) return `${Math.floor(age / day)} d ago`;
  return new Date(at).toISOString().slice(0, 10);
}

/** `0.4 s`, `12 s`, `2 min 10 s`, `1 h 4 min`. */
export function durationWords(milliseconds: number): string {
  const time = Math.max(0, milliseconds);
  if (time < 10 * second) return `${(Math.floor(time / 100) / 10).toFixed(1)} s`;
  if (time < minute) return `${Math.floor(time / second)} s`;
  if (time < hour) return `${Math.floor(time / minute)} min ${Math.floor((time % minute) / second)} s`;
  return `${Math.floor(time / hour)} h ${Math.floor((time % hour) / minute)} min`;
}

/** The exact local time, with its offset. */
export function exactTime(at: number): string {
  return new Date(at).toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "long",
  });
}
