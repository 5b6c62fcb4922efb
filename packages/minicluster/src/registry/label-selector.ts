import { type JsonObject, listAt, objectsAt, stringsAt, textAt } from "../json.ts";
import { labelKeyProblems, labelValueProblems } from "./names.ts";

/** One condition on an object's labels. */
export interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "!" | "gt" | "lt";
  readonly values: readonly string[];
}

/** All conditions must hold; none means everything. */
export type LabelSelector = readonly Requirement[];

/** The text of a `labelSelector` parameter is no selector. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SelectorError";
  }
}

const token = /\s*(?:(!=|==|=|!|\(|\)|,|>|<)|([^\s!=(),<>]+))/y;

/**
 * Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`, as `kubectl -l` and the API's `labelSelector` write it.
 * Throws `SelectorError`.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens: string[] = [];
  token.lastIndex = 0;
  const trimmed = text.trim();
  while (token.lastIndex < trimmed.length) {
    const match = token.exec(trimmed);
    if (match === null) throw new SelectorError(`unable to parse requirement: ${JSON.stringify(text)}`);
    tokens.push(match[1] ?? match[2] ?? "");
  }
  const requirements: Requirement[] = [];
  let position = 0;
  const next = () => tokens[position++] ?? "";
  while (position < tokens.length) {
    const first = tokens[position] ?? "";
    if (first !== "!" && marks.has(first)) {
      throw new SelectorError(`found '${first}', expected: !, identifier, or 'end of string'`);
    }
    requirements.push(checked(readRequirement(next, () => tokens[position] ?? "")));
    if (position === tokens.length) break;
    const between = next();
    if (between !== ",") throw new SelectorError(`found '${between}', expected: ',' or 'end of string'`);
    if (position === tokens.length) throw new SelectorError("found '', expected: identifier after ','");
  }
  return requirements;
}

const marks = new Set(["", "=", "==", "!=", "!", "(", ")", ",", ">", "<"]);

function readRequirement(next: () => string, peek: () => string): Requirement {
  let key = next();
  if (key === "!") {
    key = word(next(), "identifier");
    return { key, operator: "!", values: [] };
  }
  word(key, "identifier");
  const operator = peek();
  if (operator === "" || operator === ",") return { key, operator: "exists", values: [] };
  next();
  if (operator === "=" || operator === "==" || operator === "!=") {
    const unknown = marks.has(peek()) && peek() !== "" && peek() !== ",";
    if (unknown) throw unparsed(`found '${peek()}', expected: identifier`);
    const value = marks.has(peek()) ? "" : next();
    return { key, operator: operator === "!=" ? "notin" : "in", values: [value] };
  }
  if (operator === ">" || operator === "<") {
    const value = word(next(), "identifier");
    if (!/^-?\d+$/.test(value))
      throw new SelectorError(
        `unable to parse requirement: values[0]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    return { key, operator: operator === ">" ? "gt" : "lt", values: [value] };
  }
  if (operator === "in" || operator === "notin") {
    const open = next();
    if (open !== "(") throw unparsed(`found '${open}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      values.push(marks.has(peek()) ? "" : next());
      const end = next();
      if (end === ")") break;
      if (end !== ",") throw unparsed(`found '${end}', expected: ',' or ')'`);
    }
    return { key, operator, values };
  }
  throw unparsed(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
}

function word(text: string, what: string): string {
  if (marks.has(text)) throw unparsed(`found '${text}', expected: ${what}`);
  return text;
}

function unparsed(why: string): SelectorError {
  return new SelectorError(`unable to parse requirement: ${why}`);
}

function checked(requirement: Requirement): Requirement {
  const problem = labelKeyProblems(requirement.key)[0];
  if (problem !== undefined) throw unparsed(`<nil>: Invalid value: ${JSON.stringify(requirement.key)}: ${problem}`);
  for (const [index, value] of requirement.values.entries()) {
    const wrong = labelValueProblems(value)[0];
    if (wrong !== undefined) {
      throw unparsed(`values[${index}][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: ${wrong}`);
    }
  }
  return requirement;
}

/** The selector that an object of type `LabelSelector` (`matchLabels`, `matchExpressions`) means. */
export function selectorOf(selector: JsonObject | undefined): LabelSelector {
  const words = { In: "in", NotIn: "notin", Exists: "exists", DoesNotExist: "!" } as const;
  return [
    ...Object.entries(stringsAt(selector, "matchLabels")).map(
      ([key, value]): Requirement => ({ key, operator: "in", values: [value] }),
    ),
    ...objectsAt(selector, "matchExpressions").map((expression): Requirement => {
      const operator = textAt(expression, "operator");
      return {
        key: textAt(expression, "key"),
        operator: Object.hasOwn(words, operator) ? words[operator as keyof typeof words] : "in",
        values: listAt(expression, "values").filter((value) => typeof value === "string"),
      };
    }),
  ];
}

/** Whether labels meet the selector. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.operator) {
      case "in":
        return value !== undefined && requirement.values.includes(value);
      case "notin":
        return value === undefined || !requirement.values.includes(value);
      case "exists":
        return value !== undefined;
      case "!":
        return value === undefined;
      case "gt":
      case "lt": {
        if (value === undefined || !/^-?\d+$/.test(value)) return false;
        const limit = Number(requirement.values[0]);
        return requirement.operator === "gt" ? Number(value) > limit : Number(value) < limit;
      }
      default:
        return false;
    }
  });
}
