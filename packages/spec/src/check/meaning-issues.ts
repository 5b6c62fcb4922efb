import { nodeAt, type TomlNode, type TomlTable } from "../toml/tree.ts";
import { anyOf, quote } from "./quote.ts";
import type { RangedIssue } from "./shape-issues.ts";
import { splitWords } from "./split-words.ts";
import { suggest } from "./suggest.ts";

/** Rules beyond types and limits. They look at the tree, so they find their issues beside those of the shape. */
export function meaningIssues(root: TomlTable, environments: readonly string[]): readonly RangedIssue[] {
  const name = nodeAt(root, ["name"])?.node;
  const own = name?.type === "text" ? name.text : undefined;
  const overrides = nodeAt(root, ["envs"])?.node;
  const envs = overrides?.type === "table" ? [...overrides.entries] : [];
  return [
    ...environmentIssues(root, own),
    ...envs.flatMap(([environment, { node, key }]) => [
      ...unknownEnvironment(environment, key, environments),
      ...environmentIssues(node, own),
    ]),
  ];
}

function environmentIssues(of: TomlNode, own: string | undefined): readonly RangedIssue[] {
  return [...dependencyIssues(of, own), ...variableIssues(of), ...commandIssues(of), ...engineIssues(of)];
}

/** Only what looks like a slip: a file may well name environments that other installations have. */
function unknownEnvironment(
  environment: string,
  range: RangedIssue["range"],
  known: readonly string[],
): readonly RangedIssue[] {
  const near = known.includes(environment) ? [] : suggest(environment, known);
  if (near.length === 0) return [];
  return [
    {
      code: "unknown-environment",
      message: `there is no environment ${quote(environment)}`,
      range,
      hint: `did you mean ${anyOf(near)}?`,
    },
  ];
}

function dependencyIssues(of: TomlNode, own: string | undefined): readonly RangedIssue[] {
  const list = nodeAt(of, ["dependencies"])?.node;
  const seen = new Set<string>();
  return (list?.type === "list" ? list.items : []).flatMap((item): readonly RangedIssue[] => {
    const node = nodeAt(item, ["name"])?.node;
    if (node?.type !== "text") return [];
    if (node.text === own) {
      return [
        {
          code: "dependency-on-itself",
          message: `${quote(node.text)} depends on itself`,
          range: node.range,
          hint: "take it out; a service reaches itself on $PORT",
        },
      ];
    }
    if (!seen.has(node.text)) {
      seen.add(node.text);
      return [];
    }
    return [
      {
        code: "duplicate-dependency",
        message: `the dependency ${quote(node.text)} is listed twice`,
        range: node.range,
        hint: "keep one of the two",
      },
    ];
  });
}

function variableIssues(of: TomlNode): readonly RangedIssue[] {
  const env = nodeAt(of, ["env"])?.node;
  return (env?.type === "table" ? [...env.entries] : []).flatMap(([name, { key }]): readonly RangedIssue[] => {
    if (name !== "PORT" && !/^(SERVICE|FAIRWAY)_/.test(name)) return [];
    const hint =
      name === "PORT"
        ? "the platform sets it; [run] port changes it on Kubernetes"
        : name.startsWith("SERVICE_")
          ? "declare the service under [[dependencies]], or take another name"
          : "take another name";
    return [
      { code: "reserved-env-name", message: `the variable ${quote(name)} belongs to the platform`, range: key, hint },
    ];
  });
}

function commandIssues(of: TomlNode): readonly RangedIssue[] {
  const command = nodeAt(of, ["run", "command"])?.node;
  if (command?.type !== "text") return [];
  const words = splitWords(command.text);
  if (words.ok) return [];
  const line = command.text.trim();
  return [
    {
      code: "bad-value",
      message: `the command ${words.reason}`,
      range: command.range,
      hint:
        line === ""
          ? 'for example: command = ["node", "server.js"]'
          : `to run it in a shell: command = ["sh", "-c", ${quote(line)}]`,
    },
  ];
}

function engineIssues(of: TomlNode): readonly RangedIssue[] {
  const engine = nodeAt(of, ["engine", "name"])?.node;
  if (engine?.type !== "text" || engine.text !== "static") return [];
  return [
    {
      code: "not-supported-yet",
      message: `the engine ${quote(engine.text)} is not supported yet`,
      range: engine.range,
      hint: "supported: golang, php, python, node, image",
    },
  ];
}
