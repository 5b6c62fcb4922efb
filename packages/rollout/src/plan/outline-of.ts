import type { Outline } from "./outline.ts";
import type { Plan } from "./plan.ts";

/** What of a plan goes into the journal. */
export function outlineOf({ waves, bake, steps, analysis, migration, clusters }: Plan): Outline {
  const leaving = Object.keys(clusters).filter((name) => clusters[name]?.leaving === true);
  const shown = { waves, bake, steps, analysis, leaving };
  return migration === undefined ? shown : { ...shown, migration: migration.cluster };
}
