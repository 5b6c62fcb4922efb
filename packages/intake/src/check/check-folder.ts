import type { ServiceSpec } from "@fairway/spec";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { bySeverity, type Finding } from "./finding.ts";
import { apply, checkedFolder, type Rule } from "./rule.ts";
import { localDatabase, localState, logsToFiles, sessionsInMemory } from "./rules/disk.ts";
import { fixedPort, hardCodedAddress, loopbackOnly, noSignals } from "./rules/network.ts";
import { secretInAppToml, secretInCode, secretInRepository } from "./rules/secrets.ts";
import { developmentStart, needsRoot, signalsKept } from "./rules/start.ts";
import { engineVersion, largeContent, noAppToml, noHealthPath, noLockFile, noOwner } from "./rules/upkeep.ts";

/** Every rule that reads, in the order in which its findings are told. */
export const rules: readonly Rule[] = [
  noAppToml,
  secretInRepository,
  secretInAppToml,
  developmentStart,
  fixedPort,
  loopbackOnly,
  needsRoot,
  localDatabase,
  localState,
  logsToFiles,
  hardCodedAddress,
  secretInCode,
  noSignals,
  signalsKept,
  sessionsInMemory,
  noHealthPath,
  noOwner,
  noLockFile,
  largeContent,
  engineVersion,
];

/**
 * What a folder lacks to run well on Fairway, by reading it. What must be done comes first.
 *
 * @param options.appToml its text; undefined when there is none, and `spec` is a draft
 * @param options.today ISO date, for the versions that have ended
 */
export function checkFolder(
  facts: FolderFacts,
  options: { readonly spec: ServiceSpec; readonly appToml: string | undefined; readonly today: string },
): readonly Finding[] {
  const folder = checkedFolder(facts, options.spec, options.appToml, options.today);
  return bySeverity(rules.flatMap((rule) => apply(rule, folder)));
}
