import { itemsAt, keyAt, textAt } from "../../toml/look-up.ts";
import { quote } from "../quote.ts";
import type { RangedIssue } from "../shape-issues.ts";
import type { Rule } from "./rule.ts";

export const dependencyRules: Rule = (settings) => {
  const own = textAt(settings, "name")?.value;
  return itemsAt(settings, "dependencies").flatMap((dependency): readonly RangedIssue[] => {
    const name = textAt(dependency, "name");
    const itself = name !== undefined && name.value === own;
    return [
      ...(itself
        ? [
            {
              code: "dependency-on-itself",
              message: `${quote(name.value)} depends on itself`,
              range: name.range,
              hint: "take it out; a service reaches itself on $PORT",
            },
          ]
        : []),
      ...(["timeout", "retries"] as const).flatMap((key) => {
        const range = keyAt(dependency, key);
        const beside = ["hosts", "cidrs"].find((one) => keyAt(dependency, one) !== undefined);
        if (range === undefined || beside === undefined || keyAt(dependency, "external") !== undefined) return [];
        return [
          {
            code: "not-together",
            message: `${quote(key)} is about HTTP calls, and ${quote(beside)} about what is not HTTP`,
            range,
            hint: `take ${quote(key)} out, or give the HTTP address as "external"`,
          },
        ];
      }),
    ];
  });
};
