import type { CauseEntry } from "./cause-entry.ts";

/** What only prepare finds, before anything is changed. */
export const prepareEntries = {
  QuotaNeedsSize: {
    meaning: "A quota of the namespace lets no container in that does not say what the quota counts.",
    cause:
      "A ResourceQuota that Fairway has not made counts a request or a limit, a container says none, and no LimitRange has a default for it. Every pod would be refused.",
    cure: "Say it by a patch in app.toml, or ask who made the quota for a LimitRange with defaults.",
  },
  ImageUnknown: {
    meaning: "A warning: nobody could say whether an image of the release is there.",
    cause:
      "Fairway's server could not ask the registry: it does not answer, limits how often it is asked, or does not take the credentials. That is not the same as an image that is absent, so the rollout goes on.",
    cure: "If the cluster's nodes cannot pull it either, the rollout fails and goes back. `fairway registries` shows what is registered.",
  },
  DryRunUnsupported: {
    meaning: "The cluster cannot say what it would do with an object.",
    cause:
      "A webhook that must be asked does not declare that it has no side effects, so the API server does not try what it would say. A rollout goes on all the same; a diff cannot show the object.",
    cure: "The webhook's owner can set `sideEffects` to `None` or `NoneOnDryRun`.",
  },
  ReleaseUnknown: {
    meaning: "The release is not stored, or not any more.",
    cause: "Its name is wrong, or the database is older than what was deployed.",
    cure: "Deploy again; if it is the active release that is missing, ask the platform's owner.",
  },
  ReleaseInvalid: {
    meaning: "The stored release cannot be rolled out.",
    cause: "It was made by another version of Fairway, or is damaged.",
    cure: "Deploy again: that makes a new one.",
  },
  StrategyUnknown: {
    meaning: "This platform does not know the strategy.",
    cause: "The request names another one than there is.",
    cure: "Use one that `fairway deploy --help` names.",
  },
  NoClusters: {
    meaning: "The environment has no clusters.",
    cause: "None was added yet, or the last one was taken out.",
    cure: "Add one: `fairway cluster add`.",
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
