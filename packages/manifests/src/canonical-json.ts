/**
 * JSON with sorted keys and no spaces, so that equal values have equal texts (RFC 8785). Fields that are undefined are
 * left out. Throws `TypeError` for what JSON cannot carry: functions, bigints, numbers that are not finite.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`JSON has no ${value}`);
      return JSON.stringify(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
      return table(value);
    default:
      throw new TypeError(`JSON has no ${typeof value}`);
  }
}

function table(value: object): string {
  let text = "";
  for (const [key, item] of Object.entries(value).sort(byKey)) {
    if (item !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
