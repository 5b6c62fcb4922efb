import { itemsAt, keyAt } from "../../toml/look-up.ts";
import type { Rule } from "./rule.ts";

export const eventRules: Rule = (settings) =>
  itemsAt(settings, "events").flatMap((event) => {
    const produces = keyAt(event, "produces");
    const consumes = keyAt(event, "consumes");
    if (produces !== undefined && consumes !== undefined) {
      return [
        {
          code: "not-together",
          message: '"produces" and "consumes" cannot stand together in one of [[events]]',
          range: consumes,
          hint: "write two tables, [[events]] above each",
        },
      ];
    }
    if (produces !== undefined || consumes !== undefined) return [];
    return [
      {
        code: "missing",
        message: '"produces" or "consumes" is missing in [[events]]',
        range: event.range,
        hint: 'add a line: produces = "user.created"',
      },
    ];
  });
