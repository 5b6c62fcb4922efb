import { durationIn } from "../../formats/duration.ts";
import { defaults } from "../../schema/defaults.ts";
import { itemsAt, keyAt, numberAt, textAt } from "../../toml/look-up.ts";
import type { Range } from "../../toml/source.ts";
import type { TomlTable } from "../../toml/tree.ts";
import type { RangedIssue } from "../shape-issues.ts";
import type { Rule } from "./rule.ts";

export const deployRules: Rule = (settings) => [
  ...stepsIssues(settings),
  ...weightIssues(settings),
  ...switchIssues(settings),
  ...bakeIssues(settings),
  ...unmeasuredIssues(settings),
  ...analysisIssues(settings),
];

const stepsIssues: Rule = (settings) => {
  const range = keyAt(settings, "deploy", "steps");
  const strategy = strategyOf(settings);
  if (range === undefined || strategy === "canary" || itemsAt(settings, "deploy", "steps").length === 0) return [];
  return apart(range, `"steps" are those of a canary, and the strategy is "${strategy}"`, [
    'add strategy = "canary", or take steps out',
  ]);
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

/** Where an environment has another strategy, `switch = "at-once"` takes back what stands above it. */
const switchIssues: Rule = (settings) => {
  const asked = textAt(settings, "deploy", "switch");
  const strategy = strategyOf(settings);
  if (asked?.value !== "by-hand" || strategy === "blue-green") return [];
  return apart(asked.range, `"switch" is about blue-green, and the strategy is "${strategy}"`, [
    'add strategy = "blue-green", or take switch out',
    'a canary waits for a person at each step without "hold"',
  ]);
};

const bakeIssues: Rule = (settings) => {
  const range = keyAt(settings, "deploy", "bake");
  if (range === undefined || bakeOf(settings) === 0) return [];
  if (itemsAt(settings, "deploy", "waves").length > 0) return [];
  return apart(range, '"bake" is the time between waves, and there are none', [
    'add waves = [["alpha"], ["beta"]], or take bake out',
  ]);
};

const unmeasuredIssues: Rule = (settings) => {
  const range = keyAt(settings, "deploy", "analysis");
  const strategy = strategyOf(settings);
  if (range === undefined || strategy === "canary" || bakeOf(settings) > 0) return [];
  if (itemsAt(settings, "deploy", "analysis").length === 0) return [];
  return apart(range, `"analysis" measures steps of a canary and waves that are looked at, and there are none`, [
    'add strategy = "canary", or waves and bake = "10m", or take analysis out',
  ]);
};

/** In seconds. */
function bakeOf(settings: TomlTable): number {
  const asked = numberAt(settings, "deploy", "bake")?.value ?? textAt(settings, "deploy", "bake")?.value ?? 0;
  return durationIn("s", asked) ?? 0;
}

/** A strategy that is misspelled is told by itself. */
function strategyOf(settings: TomlTable): string {
  const strategy = textAt(settings, "deploy", "strategy")?.value;
  return strategy === "canary" || strategy === "blue-green" ? strategy : defaults.strategy;
}

function apart(range: Range, message: string, hints: readonly string[]): readonly RangedIssue[] {
  return [{ code: "not-together", message, range, hint: hints.join("; ") }];
}

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
