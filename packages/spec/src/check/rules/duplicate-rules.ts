import { itemsAt, type Located, textAt } from "../../toml/look-up.ts";
import { nodeAt, type TomlNode, type TomlTable } from "../../toml/tree.ts";
import { quote } from "../quote.ts";
import type { RangedIssue } from "../shape-issues.ts";
import type { Rule } from "./rule.ts";

interface Named extends Located<string> {
  /** As people call it: `the cron "nightly"`. */
  readonly called: string;
}

/** Lists in which nothing may stand twice. */
const lists: readonly ((settings: TomlTable) => readonly Named[])[] = [
  (settings) => byName(settings, "dependencies", "dependency"),
  (settings) => byName(settings, "storages", "storage"),
  (settings) => byName(settings, "crons", "cron"),
  (settings) => eachOf(itemsAt(settings, "secrets", "required"), "secret"),
  (settings) =>
    eachOf(
      itemsAt(settings, "deploy", "waves").flatMap((wave) => itemsAt(wave)),
      "cluster",
    ),
  (settings) =>
    itemsAt(settings, "events").flatMap((event) =>
      ["produces", "consumes"].flatMap((direction) => {
        const name = textAt(event, direction);
        return name === undefined
          ? []
          : [{ ...name, value: `${direction} ${name.value}`, called: `the event ${quote(name.value)}` }];
      }),
    ),
  (settings) =>
    publicTables(settings).flatMap((address) => {
      const host = textAt(address, "host");
      const path = textAt(address, "path")?.value ?? "/";
      const called = `the address ${quote(`${host?.value ?? ""}${path}`)}`;
      return host === undefined ? [] : [{ ...host, value: `${host.value} ${path}`, called }];
    }),
];

export const duplicateRules: Rule = (settings) =>
  lists.flatMap((list): readonly RangedIssue[] => {
    const seen = new Set<string>();
    return list(settings).flatMap(({ value, called, range }) => {
      if (!seen.has(value)) {
        seen.add(value);
        return [];
      }
      return [{ code: "duplicate", message: `${called} is listed twice`, range, hint: "keep one of the two" }];
    });
  });

/** The tables of [public] or of each [[public]]. */
export function publicTables(settings: TomlTable): readonly TomlNode[] {
  const found = nodeAt(settings, ["public"])?.node;
  return found?.type === "table" ? [found] : itemsAt(settings, "public");
}

function byName(settings: TomlTable, list: string, word: string): readonly Named[] {
  return itemsAt(settings, list).flatMap((item) => {
    const name = textAt(item, "name");
    return name === undefined ? [] : [{ ...name, called: `the ${word} ${quote(name.value)}` }];
  });
}

function eachOf(items: readonly TomlNode[], word: string): readonly Named[] {
  return items.flatMap((item) => {
    const text = textAt(item);
    return text === undefined ? [] : [{ ...text, called: `the ${word} ${quote(text.value)}` }];
  });
}
