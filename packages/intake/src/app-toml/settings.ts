/** What a field of app.toml may hold. */
export type SettingValue = string | number | boolean | readonly SettingValue[] | Settings;

/** app.toml, or a part of it, as plain data in the shape that people write: only what is to be in the file. */
export interface Settings {
  readonly [key: string]: SettingValue;
}

export function isSettings(value: SettingValue | undefined): value is Settings {
  return typeof value === "object" && !Array.isArray(value);
}
