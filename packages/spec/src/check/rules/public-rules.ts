import { keyAt, textAt } from "../../toml/look-up.ts";
import { nodeAt } from "../../toml/tree.ts";
import { quote } from "../quote.ts";
import type { RangedIssue } from "../shape-issues.ts";
import { publicTables } from "./duplicate-rules.ts";
import type { Rule } from "./rule.ts";

export const publicRules: Rule = (settings) => [...jobIssues(settings), ...tlsIssues(settings)];

const jobIssues: Rule = (settings) => {
  const range = keyAt(settings, "public");
  if (textAt(settings, "kind")?.value !== "job" || range === undefined || publicTables(settings).length === 0)
    return [];
  return [
    {
      code: "not-together",
      message: 'the kind "job" and [public] cannot stand together: a job serves no requests',
      range,
      hint: "take [public] out, or choose another kind",
    },
  ];
};

/** A certificate is a host's, not a path's. */
const tlsIssues: Rule = (settings) => {
  const first = new Map<string, boolean>();
  return publicTables(settings).flatMap((address): readonly RangedIssue[] => {
    const host = textAt(address, "host");
    const written = nodeAt(address, ["tls"])?.node;
    const tls = written?.type === "boolean" ? written.value === true : true;
    if (host === undefined) return [];
    const before = first.get(host.value);
    if (before === undefined) first.set(host.value, tls);
    if (before === undefined || before === tls) return [];
    return [
      {
        code: "not-together",
        message: `the host ${quote(host.value)} stands with tls = ${before} and with tls = ${tls}`,
        range: written?.range ?? host.range,
        hint: "say the same for all paths of a host",
      },
    ];
  });
};
