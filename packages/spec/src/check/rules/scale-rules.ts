import { keyAt, numberAt } from "../../toml/look-up.ts";
import { nodeAt } from "../../toml/tree.ts";
import type { RangedIssue } from "../shape-issues.ts";
import type { Rule } from "./rule.ts";

/** How many run: the range of an autoscaler, and the workloads that replicas are split over. */
export const scaleRules: Rule = (settings) => [...rangeIssues(settings), ...staggerIssues(settings)];

const rangeIssues: Rule = (settings) => {
  const min = numberAt(settings, "replicas", "min");
  const max = numberAt(settings, "replicas", "max");
  return min === undefined || max === undefined || min.value <= max.value
    ? []
    : [
        {
          code: "min-above-max",
          message: `replicas.min is ${min.value}, above max, which is ${max.value}`,
          range: min.range,
          hint: "swap the two, or raise max",
        },
      ];
};

const staggerIssues: Rule = (settings): readonly RangedIssue[] => {
  const stagger = numberAt(settings, "memory", "stagger");
  if (stagger === undefined || stagger.value <= 1) return [];
  if (nodeAt(settings, ["replicas"])?.node.type === "table") {
    return [
      {
        code: "not-together",
        message: '"stagger" and an autoscaler cannot stand together',
        range: keyAt(settings, "memory", "stagger") ?? stagger.range,
        hint: "give replicas as a number, or set stagger = 1",
      },
    ];
  }
  const replicas = numberAt(settings, "replicas")?.value ?? 1;
  // Scaled to zero is a state, not a mistake.
  if (replicas === 0 || stagger.value <= replicas) return [];
  return [
    {
      code: "stagger-above-replicas",
      message: `replicas cannot be split over ${stagger.value} workloads: there ${replicas === 1 ? "is" : "are"} only ${replicas}`,
      range: stagger.range,
      hint: `raise replicas to ${stagger.value}, or set stagger = ${replicas}`,
    },
  ];
};
