import { itemsAt, keysAt, type Located, textAt } from "../../toml/look-up.ts";
import { quote } from "../quote.ts";
import type { RangedIssue } from "../shape-issues.ts";
import type { Rule } from "./rule.ts";

/** Variables of [env] and names of secrets become the same process's environment, together with those of the platform. */
export const variableRules: Rule = (settings) => {
  const variables = keysAt(settings, "env");
  const plain = new Set(variables.map(({ value }) => value));
  const secrets = itemsAt(settings, "secrets", "required").flatMap((item) => textAt(item) ?? []);
  return [
    ...variables.flatMap(reserved),
    ...secrets.flatMap(reserved),
    ...secrets.flatMap(({ value, range }) =>
      plain.has(value)
        ? [
            {
              code: "secret-in-env",
              message: `${quote(value)} is a secret and a plain variable`,
              range,
              hint: "take it out of [env] when it is secret, else out of [secrets]",
            },
          ]
        : [],
    ),
  ];
};

function reserved({ value: name, range }: Located<string>): readonly RangedIssue[] {
  if (name !== "PORT" && !/^(SERVICE|FAIRWAY)_/.test(name)) return [];
  const hint =
    name === "PORT"
      ? "the platform sets it; [run] port changes it on Kubernetes"
      : name.startsWith("SERVICE_")
        ? "declare the service under [[dependencies]], or take another name"
        : "take another name";
  return [{ code: "reserved-env-name", message: `the variable ${quote(name)} belongs to the platform`, range, hint }];
}
