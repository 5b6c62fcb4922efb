import { anyOf, quote } from "../check/quote.ts";
import type { RangedIssue } from "../check/shape-issues.ts";
import { tablesAt } from "../toml/look-up.ts";
import { nodeAt, type TomlNode, type TomlTable } from "../toml/tree.ts";
import { isAppField, suggestAppField } from "./app-field.ts";
import { rulePattern } from "./rule-pattern.ts";

/** Rules beyond types and limits. They look at the tree, so they find their issues beside those of the shape. */
export function profileMeaningIssues(root: TomlTable): readonly RangedIssue[] {
  const overlays = ["envs", "clusters", "services"].flatMap((key) => [...tablesAt(root, key).values()]);
  return [
    ...namespaceIssues(root),
    ...[root, ...overlays].flatMap(metadataIssues),
    ...gatewayIssues(root, overlays),
    ...ruleIssues(root),
  ];
}

/** Texts of a table, or of one value. */
function texts(node: TomlNode | undefined): readonly { readonly text: string; readonly range: RangedIssue["range"] }[] {
  if (node?.type === "text") return [{ text: node.text, range: node.range }];
  return node?.type === "table" ? [...node.entries.values()].flatMap((entry) => texts(entry.node)) : [];
}

function placeholderIssues(node: TomlNode | undefined, known: readonly string[]): readonly RangedIssue[] {
  return texts(node).flatMap(({ text, range }) => {
    const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].find(([, name = ""]) => !known.includes(name));
    const stray = /[{}]/.test(text.replaceAll(/\{[^{}]*\}/g, ""));
    if (unknown === undefined && !stray) return [];
    return [
      {
        code: "unknown-placeholder",
        message:
          unknown === undefined ? `a brace in ${quote(text)} has no partner` : `there is no ${quote(unknown[0])} here`,
        range,
        hint: `known here: ${known.map((name) => `{${name}}`).join(", ")}`,
      },
    ];
  });
}

function namespaceIssues(root: TomlTable): readonly RangedIssue[] {
  const node = nodeAt(root, ["namespace"])?.node;
  if (node?.type !== "text") return [];
  const placeholders = placeholderIssues(node, ["service", "environment"]);
  if (placeholders.length > 0) return placeholders;
  const missing = !node.text.includes("{service}");
  const literal = node.text.replaceAll(/\{[^{}]*\}/g, "");
  if (!missing && literal.length <= 20) return [];
  return [
    {
      code: "bad-value",
      message: missing
        ? `services would share the namespace ${quote(node.text)}`
        : `${quote(literal)} leaves no room for names: a namespace has 63 characters`,
      range: node.range,
      hint: missing
        ? 'it needs {service}, for example: namespace = "{service}-{environment}"'
        : "at most 20 characters beside the names",
    },
  ];
}

/** Prefixes of names that the platform or Kubernetes itself writes. */
const ownMetadata = /^(fairway\.dev|app\.kubernetes\.io|pod-security\.kubernetes\.io|kubernetes\.io)\//;

function metadataIssues(layer: TomlTable): readonly RangedIssue[] {
  const at = (...path: readonly string[]) => nodeAt(layer, path)?.node;
  const own = ["labels", "annotations"].flatMap((key): readonly RangedIssue[] => {
    const table = at(key);
    const entries = table?.type === "table" ? [...table.entries] : [];
    return entries.flatMap(([name, { key: range }]) =>
      ownMetadata.test(name)
        ? [
            {
              code: "reserved-name",
              message: `${quote(name)} is the platform's own`,
              range,
              hint: 'take a name of your own, such as "example.com/team"',
            },
          ]
        : [],
    );
  });
  const place = ["service", "owner", "environment", "cluster"];
  return [
    ...own,
    ...placeholderIssues(at("labels"), place),
    ...texts(at("annotations")).flatMap(({ text, range }) => unknownNames(text, range, place)),
    ...placeholderIssues(at("public", "certificate"), ["service", "host"]),
    ...placeholderIssues(at("access", "group"), ["owner"]),
    ...["node", "golang", "python", "php"].flatMap((engine) =>
      placeholderIssues(at("bases", engine, "image"), ["version"]),
    ),
  ];
}

/** Annotations may hold JSON, so that braces alone mean nothing: only `{word}` is a placeholder. */
function unknownNames(text: string, range: RangedIssue["range"], known: readonly string[]): readonly RangedIssue[] {
  const unknown = [...text.matchAll(/\{([a-z]+)\}/g)].find(([, name = ""]) => !known.includes(name));
  if (unknown === undefined) return [];
  return [
    {
      code: "unknown-placeholder",
      message: `there is no ${quote(unknown[0])} here`,
      range,
      hint: `known here: ${known.map((name) => `{${name}}`).join(", ")}`,
    },
  ];
}

function gatewayIssues(root: TomlTable, overlays: readonly TomlTable[]): readonly RangedIssue[] {
  const layers = [root, ...overlays];
  if (layers.some((layer) => nodeAt(layer, ["public", "gateway"])?.node.type === "table")) return [];
  return layers.flatMap((layer): readonly RangedIssue[] => {
    const via = nodeAt(layer, ["public", "via"])?.node;
    if (via?.type !== "text" || via.text !== "gateway") return [];
    return [
      {
        code: "missing",
        message: 'via = "gateway" needs the Gateway that routes attach to',
        range: via.range,
        hint: 'add a line: gateway = { name = "main", namespace = "gateways" }',
      },
    ];
  });
}

const conditions = ["present", "absent", "min", "max", "matches", "one_of"];

function ruleIssues(root: TomlTable): readonly RangedIssue[] {
  const list = nodeAt(root, ["rules"])?.node;
  const names = new Set<string>();
  return (list?.type === "list" ? list.items : []).flatMap((rule): readonly RangedIssue[] => {
    if (rule.type !== "table") return [];
    const name = nodeAt(rule, ["name"])?.node;
    const twice = name?.type === "text" && names.has(name.text);
    if (name?.type === "text") names.add(name.text);
    return [
      ...(twice
        ? [
            {
              code: "duplicate-rule",
              message: `there are two rules ${quote(name.text)}`,
              range: name.range,
              hint: "each needs a name of its own",
            },
          ]
        : []),
      ...conditionIssues(rule, name?.range ?? rule.range),
      ...fieldIssues(nodeAt(rule, ["field"])?.node),
      ...patternIssues(nodeAt(rule, ["matches"])?.node),
    ];
  });
}

function conditionIssues(rule: TomlTable, range: RangedIssue["range"]): readonly RangedIssue[] {
  const said = conditions.filter((key) => rule.entries.has(key));
  if (said.length === 1) return [];
  const [, second = ""] = said;
  return said.length === 0
    ? [
        {
          code: "missing",
          message: "the rule does not say what it requires",
          range,
          hint: `add one of: ${conditions.join(", ")}; for example: present = true`,
        },
      ]
    : [
        {
          code: "not-together",
          message: `a rule requires one thing, this one says ${said.join(" and ")}`,
          range: rule.entries.get(second)?.key ?? range,
          hint: "make two rules of it",
        },
      ];
}

function fieldIssues(field: TomlNode | undefined): readonly RangedIssue[] {
  if (field?.type !== "text" || isAppField(field.text)) return [];
  const near = suggestAppField(field.text);
  return [
    {
      code: "unknown-field",
      message: `app.toml has no field ${quote(field.text)}`,
      range: field.range,
      hint: near.length > 0 ? `did you mean ${anyOf(near)}?` : "every field: fairway help app.toml",
    },
  ];
}

function patternIssues(matches: TomlNode | undefined): readonly RangedIssue[] {
  if (matches?.type !== "text" || matches.text.length > 200) return [];
  const pattern = rulePattern(matches.text);
  if (pattern.ok) return [];
  return [
    {
      code: "bad-pattern",
      message: `this is no regular expression of RE2: ${pattern.reason}`,
      range: matches.range,
      hint: "neither backreferences nor lookaround; in TOML, 'single quotes' keep backslashes as they are",
    },
  ];
}
