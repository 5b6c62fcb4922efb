import { end } from "./end.ts";
import { type Action, append, details, type Situation } from "./situation.ts";

/** All clusters report before anything is said, so that a person sees every finding at once. */
export function prepare(situation: Situation, all: readonly string[]): readonly Action[] {
  const { facts, state } = situation;
  // What a lost cluster does not answer says nothing about the release.
  const open = all.filter((name) => state.clusters[name]?.lost === undefined);
  if (open.length === 0) return [];
  const missing = open.filter((name) => facts[name]?.findings === undefined);
  if (missing.length > 0) return missing.map((cluster) => ({ type: "perform", cluster, step: "prepare" }));
  const findings = open.flatMap((name) => facts[name]?.findings ?? []);
  const first = findings.find(({ severity }) => severity === undefined);
  if (first === undefined) {
    const warnings = findings.length === 0 ? {} : { warnings: findings };
    return append({ type: "done", phase: "prepare", clusters: details(open, () => ""), ...warnings });
  }
  const reason = `${first.message} (${first.code} in ${first.cluster})`;
  return end(situation, "refused", { reason, findings });
}
