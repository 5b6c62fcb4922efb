import { type JsonObject, listAt, objectsAt, stringsAt, textAt } from "../json.ts";

/** `a=b,c in (d,e)` as `kubectl get` writes a selector. */
export function shownSelector(selector: JsonObject | undefined): string {
  const parts = [
    ...Object.entries(stringsAt(selector, "matchLabels")).map(([key, value]) => `${key}=${value}`),
    ...objectsAt(selector, "matchExpressions").map((expression) => {
      const key = textAt(expression, "key");
      const operator = textAt(expression, "operator");
      if (operator === "Exists") return key;
      if (operator === "DoesNotExist") return `!${key}`;
      return `${key} ${operator.toLowerCase()} (${listAt(expression, "values").join(",")})`;
    }),
  ].sort();
  return parts.length === 0 ? "<none>" : parts.join(",");
}
