import { isSettings, type Settings, type SettingValue } from "./settings.ts";

/** A key as it stands in TOML 1.0: bare where it can be. */
export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

/** A value as it stands in TOML 1.0, lists and tables on one line. */
export function tomlValue(value: SettingValue): string {
  if (typeof value === "string") return text(value);
  return oneLine(value);
}

function inlineTable(value: Settings): string {
  const entries = Object.entries(value).map(([key, inner]) => `${tomlKey(key)} = ${oneLine(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function oneLine(value: SettingValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return String(value);
  return isSettings(value) ? inlineTable(value) : `[${value.map(oneLine).join(", ")}]`;
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
