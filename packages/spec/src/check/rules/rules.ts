import { commandRules } from "./command-rules.ts";
import { cronRules } from "./cron-rules.ts";
import { dependencyRules } from "./dependency-rules.ts";
import { deployRules } from "./deploy-rules.ts";
import { duplicateRules } from "./duplicate-rules.ts";
import { engineRules } from "./engine-rules.ts";
import { eventRules } from "./event-rules.ts";
import { patchRules } from "./patch-rules.ts";
import { publicRules } from "./public-rules.ts";
import type { Rule } from "./rule.ts";
import { scaleRules } from "./scale-rules.ts";
import { sloRules } from "./slo-rules.ts";
import { variableRules } from "./variable-rules.ts";

/** Every rule over one environment's settings. */
export const rules: readonly Rule[] = [
  engineRules,
  commandRules,
  scaleRules,
  dependencyRules,
  duplicateRules,
  eventRules,
  cronRules,
  variableRules,
  publicRules,
  deployRules,
  sloRules,
  patchRules,
];
