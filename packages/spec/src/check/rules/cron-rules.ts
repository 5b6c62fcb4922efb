import { itemsAt, textAt } from "../../toml/look-up.ts";
import { quote } from "../quote.ts";
import type { Rule } from "./rule.ts";

/** Kubernetes appends a time of 11 characters to a CronJob's name when it makes a Job, whose name has at most 63. */
const longestCronJob = 52;

export const cronRules: Rule = (settings) => {
  const service = textAt(settings, "name")?.value ?? "";
  const room = longestCronJob - service.length - 1;
  return itemsAt(settings, "crons").flatMap((cron) => {
    const name = textAt(cron, "name");
    if (name === undefined || name.value.length <= room) return [];
    return [
      {
        code: "name-too-long",
        message: `the cron ${quote(name.value)} would be called ${quote(`${service}-${name.value}`)}, ${service.length + 1 + name.value.length} characters; Kubernetes takes ${longestCronJob}`,
        range: name.range,
        hint: `choose a name of at most ${room} characters`,
      },
    ];
  });
};
