import type { TomlTable } from "../../toml/tree.ts";
import type { RangedIssue } from "../shape-issues.ts";

/**
 * What must hold beyond the shape of single fields, in one environment after its overrides are merged in. The tree may be
 * of wrong shape: a rule overlooks what is not as it should be.
 */
export type Rule = (settings: TomlTable) => readonly RangedIssue[];

/** The place of what is written nowhere. */
export const fileStart = [0, 0] as const;
