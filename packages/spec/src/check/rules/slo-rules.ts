import { keyAt } from "../../toml/look-up.ts";
import type { Rule } from "./rule.ts";

export const sloRules: Rule = (settings) => {
  const range = keyAt(settings, "slo");
  const promises = ["availability", "latency"].some((key) => keyAt(settings, "slo", key) !== undefined);
  if (range === undefined || promises) return [];
  return [
    {
      code: "missing",
      message: '"availability" or "latency" is missing in [slo]',
      range,
      hint: "add a line: availability = 99.9",
    },
  ];
};
