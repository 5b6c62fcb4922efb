import type { KubernetesObject } from "@fairway/objects";
import type { Settings, SettingValue } from "../app-toml/settings.ts";
import { isSettings } from "../app-toml/settings.ts";
import type { Remark } from "./remark.ts";

/** A change of a rendered object: of the service's pods, of its container in them, or of an object by its kind. */
export type PatchPart =
  | { readonly on: "pod" | "container"; readonly merge: Settings }
  | { readonly on: "object"; readonly kind: string; readonly merge: Settings }
  /** One operation of a JSON patch; `name` where there may be several of the kind. */
  | { readonly on: "object"; readonly kind: string; readonly name?: string; readonly operation: Settings };

/** What one aspect of the original objects comes to. */
export interface Translated {
  readonly settings?: Settings;
  /** Comments above fields, by path. */
  readonly comments?: readonly (readonly [path: string, line: string])[];
  readonly remarks?: readonly Remark[];
  readonly patches?: readonly PatchPart[];
  /** Objects for `kubernetes/`. */
  readonly extras?: readonly KubernetesObject[];
}

/** Tables key by key; lists and other values of the second win. */
export function mergeSettings(a: Settings, b: Settings): Settings {
  const merged: Record<string, SettingValue> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const old = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isSettings(old) && isSettings(value) ? mergeSettings(old, value) : value;
  }
  return merged;
}

export function together(parts: readonly Translated[]): Required<Translated> {
  return {
    settings: parts.reduce<Settings>((all, { settings = {} }) => mergeSettings(all, settings), {}),
    comments: parts.flatMap(({ comments = [] }) => comments),
    remarks: parts.flatMap(({ remarks = [] }) => remarks),
    patches: parts.flatMap(({ patches = [] }) => patches),
    extras: parts.flatMap(({ extras = [] }) => extras),
  };
}

/** A JSON value as a setting; null has no place in TOML and is left out. */
export function settingOf(value: unknown): SettingValue | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) return value.map(settingOf).filter((item) => item !== undefined);
  if (typeof value !== "object" || value === null) return undefined;
  return tableOf(value);
}

export function tableOf(value: object): Settings {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, SettingValue][] => {
      const setting = settingOf(inner);
      return setting === undefined ? [] : [[key, setting]];
    }),
  );
}
