import { isSettings, type SettingValue } from "./settings.ts";

/** Columns beyond which a list takes a line for each item. */
const widest = 100;

/** A key as it stands in TOML 1.0: bare where it can be. */
export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

/** A value as it stands in TOML 1.0. Tables are inline. */
export function tomlValue(value: SettingValue): string {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return String(value);
  if (isSettings(value)) return inlineTable(value);
  const items = value.map((item) => (typeof item === "string" ? quoted(item) : tomlValue(item)));
  const line = `[${items.join(", ")}]`;
  return line.length <= widest ? line : `[\n${items.map((item) => `  ${item},\n`).join("")}]`;
}

function inlineTable(value: Exclude<SettingValue, string | number | boolean | readonly SettingValue[]>): string {
  const entries = Object.entries(value).map(([key, inner]) => `${tomlKey(key)} = ${oneLine(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Inline tables must not have line breaks outside of strings. */
function oneLine(value: SettingValue): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  return tomlValue(value);
}

function number(value: number): string {
  return Number.isFinite(value) ? String(value) : "0";
}

/** Several lines stay several lines where nothing in them would have to be escaped. */
function text(value: string): string {
  const plain = value.includes("\n") && !value.includes("'''") && !value.endsWith("'") && !/[^\P{Cc}\n\t]/u.test(value);
  return plain && value.isWellFormed() ? `'''\n${value}'''` : quoted(value);
}

function quoted(value: string): string {
  // JSON's escapes are TOML's; what JSON lets stand and TOML does not is DEL, and half of a surrogate pair.
  return JSON.stringify(value.toWellFormed()).replaceAll("\u007f", "\\u007f");
}
