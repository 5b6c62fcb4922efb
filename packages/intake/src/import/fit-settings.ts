import { parseAppToml } from "@fairway/spec";
import { isSettings, type Settings, type SettingValue } from "../app-toml/settings.ts";
import { writeAppToml } from "../app-toml/write-app-toml.ts";

/** A field that app.toml does not take as it is. */
export interface Unfit {
  /** `run.port`, `dependencies[users]`. */
  readonly path: string;
  /** The parser's words. */
  readonly message: string;
  readonly hint: string | undefined;
}

export interface Fitted {
  readonly settings: Settings;
  readonly unfit: readonly Unfit[];
}

/**
 * The settings without those that app.toml refuses, so that what is written always parses. The original objects may
 * hold anything; the limits of fields are known to the parser alone.
 */
export function fitSettings(settings: Settings): Fitted {
  if (firstIssue(settings) === undefined) return { settings, unfit: [] };
  const unfit: Unfit[] = [];
  const { name, ...rest } = settings;
  let fitted: Settings = name === undefined ? {} : { name };
  for (const piece of piecesOf(rest, [])) {
    const next = withPiece(fitted, piece.path, piece.value);
    const issue = firstIssue(next);
    if (issue === undefined) fitted = next;
    else unfit.push({ path: piece.label, message: issue.message, hint: issue.hint });
  }
  return { settings: fitted, unfit };
}

function firstIssue(settings: Settings): { readonly message: string; readonly hint: string | undefined } | undefined {
  const parsed = parseAppToml(writeAppToml(settings));
  const [issue] = parsed.ok ? [] : parsed.issues;
  return issue === undefined ? undefined : { message: issue.message, hint: issue.hint };
}

interface Piece {
  /** Keys, and `[]` for a further item of a list. */
  readonly path: readonly string[];
  readonly value: SettingValue;
  readonly label: string;
}

/** The smallest parts that can be taken or left: fields of tables, items of lists. */
function piecesOf(value: SettingValue, path: readonly string[]): readonly Piece[] {
  const label = path.join(".");
  // A check, a range or a patch is one thing.
  const whole = /^(envs\.[^.]+\.)?(health\.[^.]+|replicas|run\.(command|args))$/.test(label) || path.includes("[]");
  if (!whole && isSettings(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) => piecesOf(inner, [...path, key]));
  }
  if (!whole && Array.isArray(value)) {
    return value.map((item, index) => ({
      path: [...path, "[]"],
      value: item,
      label: `${label}[${nameOf(item) ?? index}]`,
    }));
  }
  return [{ path, value, label }];
}

function nameOf(item: SettingValue): string | undefined {
  const name = isSettings(item) ? item["name"] : item;
  return typeof name === "string" ? name : undefined;
}

function withPiece(settings: Settings, [key, ...rest]: readonly string[], value: SettingValue): Settings {
  if (key === undefined) return settings;
  const old = Object.hasOwn(settings, key) ? settings[key] : undefined;
  if (rest.length === 0) return { ...settings, [key]: value };
  if (rest[0] === "[]") return { ...settings, [key]: [...(Array.isArray(old) ? old : []), value] };
  return { ...settings, [key]: withPiece(isSettings(old) ? old : {}, rest, value) };
}
