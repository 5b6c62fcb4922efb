import type { CauseEntry } from "./cause-entry.ts";

/** Why requests do not go over to a release whose pods are well. */
export const strategyEntries = {
  AnalysisFailed: {
    meaning: "What is measured of the new release is out of its bounds.",
    cause: "A query of `[deploy] analysis` has a value below its minimum or above its maximum; the message has both.",
    cure: "Look at what the new release does to this metric. Where the bounds are wrong, change them; the measurements of a step, or of a wave that is looked at, are passed over with `fairway skip-analysis <service>`.",
  },
  ShareNotTaken: {
    meaning: "What shares requests out does not do what it was told.",
    cause:
      "The gateway, or the Gateway that an HTTPRoute names, does not run, is far behind, or refuses the route; the message says what was waited for.",
    cure: "Look at the status of the route or of the Service; the cluster's owner must see whether its gateway runs. Then deploy again.",
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
