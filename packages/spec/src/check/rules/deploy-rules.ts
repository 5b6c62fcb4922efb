import { itemsAt, keyAt, numberAt, textAt } from "../../toml/look-up.ts";
import type { RangedIssue } from "../shape-issues.ts";
import type { Rule } from "./rule.ts";

export const deployRules: Rule = (settings) => [
  ...stepsIssues(settings),
  ...weightIssues(settings),
  ...analysisIssues(settings),
];

const stepsIssues: Rule = (settings) => {
  const range = keyAt(settings, "deploy", "steps");
  const strategy = textAt(settings, "deploy", "strategy")?.value ?? "rolling";
  if (range === undefined || strategy === "canary" || itemsAt(settings, "deploy", "steps").length === 0) return [];
  return [
    {
      code: "not-together",
      message: `"steps" are those of a canary, and the strategy is "${strategy === "blue-green" ? strategy : "rolling"}"`,
      range,
      hint: 'add strategy = "canary", or take steps out',
    },
  ];
};

const weightIssues: Rule = (settings) => {
  let before = 0;
  return itemsAt(settings, "deploy", "steps").flatMap((step): readonly RangedIssue[] => {
    const weight = numberAt(step, "weight");
    if (weight === undefined) return [];
    const rises = weight.value > before;
    const last = before;
    before = weight.value;
    return rises || last === 0
      ? []
      : [
          {
            code: "weights-not-rising",
            message: `the weight ${weight.value} does not rise: the step before has ${last}`,
            range: weight.range,
            hint: "each step gives the new release more",
          },
        ];
  });
};

const analysisIssues: Rule = (settings) =>
  itemsAt(settings, "deploy", "analysis").flatMap((one): readonly RangedIssue[] => {
    const [min, max] = [numberAt(one, "min"), numberAt(one, "max")];
    if (keyAt(one, "min") === undefined && keyAt(one, "max") === undefined) {
      return [
        {
          code: "missing",
          message: '"min" or "max" is missing in [[deploy.analysis]]',
          range: one.range,
          hint: "add the bound that says what is well: max = 0.01",
        },
      ];
    }
    if (min === undefined || max === undefined || min.value <= max.value) return [];
    return [
      {
        code: "min-above-max",
        message: `min is ${min.value}, above max, which is ${max.value}`,
        range: min.range,
        hint: "swap the two",
      },
    ];
  });
