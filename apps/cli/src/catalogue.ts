import { type CliCommand, examples } from "./command.ts";

export interface CatalogueEntry {
  /** `["cluster", "add"]` for `fairway cluster add`. */
  readonly path: readonly [string, ...string[]];
  readonly summary: string;
  readonly load: () => Promise<CliCommand>;
}

/** Every command, in the order of the help. Only the one that is called is loaded. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    path: ["deploy"],
    summary: "build, upload and roll out a service",
    load: async () => (await import("./commands/deploy.ts")).deploy,
  },
  {
    path: ["init"],
    summary: "write an app.toml for what lies in a folder (no server needed)",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    path: ["check"],
    summary: "tell what a folder lacks to run well (no server needed)",
    load: async () => (await import("./commands/check.ts")).check,
  },
  {
    path: ["validate"],
    summary: "check an app.toml (no server needed)",
    load: async () => (await import("./commands/validate.ts")).validate,
  },
  {
    path: ["fmt"],
    summary: "write an app.toml evenly, comments kept (no server needed)",
    load: async () => (await import("./commands/fmt.ts")).fmt,
  },
  {
    path: ["import"],
    summary: "write app.toml for manifests, a chart or a namespace",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    path: ["adopt"],
    summary: "move a live service that kubectl or Helm deployed under Fairway",
    load: async () => (await import("./commands/adopt.ts")).adopt,
  },
  {
    path: ["adopt", "status"],
    summary: "how adoptions stand",
    load: async () => (await import("./commands/adopt-actions.ts")).adoptStatus,
  },
  {
    path: ["adopt", "confirm"],
    summary: "an adopted service is ours for good: delete the old objects",
    load: async () => (await import("./commands/adopt-actions.ts")).adoptConfirm,
  },
  {
    path: ["adopt", "undo"],
    summary: "lead requests back to the old objects, and remove ours",
    load: async () => (await import("./commands/adopt-actions.ts")).adoptUndo,
  },
  {
    path: ["render"],
    summary: "print the Kubernetes objects of an app.toml (no server needed)",
    load: async () => (await import("./commands/render.ts")).render,
  },
  {
    path: ["diff"],
    summary: "what a deploy would change in each cluster; changes nothing",
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  {
    path: ["status"],
    summary: "what runs where, and is it well",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    path: ["drift"],
    summary: "what somebody changed by hand, and who",
    load: async () => (await import("./commands/drift.ts")).drift,
  },
  {
    path: ["drift", "repair"],
    summary: "take back what was changed by hand",
    load: async () => (await import("./commands/drift-repair.ts")).driftRepair,
  },
  {
    path: ["drift", "keep"],
    summary: "leave a field to whoever has set it by hand",
    load: async () => (await import("./commands/drift-keep.ts")).driftKeep,
  },
  {
    path: ["services"],
    summary: "list services",
    load: async () => (await import("./commands/services.ts")).services,
  },
  {
    path: ["logs"],
    summary: "log lines of all pods of a service",
    load: async () => (await import("./commands/logs.ts")).logs,
  },
  {
    path: ["rollouts"],
    summary: "list rollouts, show or follow one",
    load: async () => (await import("./commands/rollouts.ts")).rollouts,
  },
  {
    path: ["pause"],
    summary: "hold a rollout where it is",
    load: async () => (await import("./commands/rollout-commands.ts")).pause,
  },
  {
    path: ["resume"],
    summary: "let a paused rollout go on",
    load: async () => (await import("./commands/rollout-commands.ts")).resume,
  },
  {
    path: ["promote"],
    summary: "past the gate, hold or bake time that a rollout waits at",
    load: async () => (await import("./commands/rollout-commands.ts")).promote,
  },
  {
    path: ["abort"],
    summary: "end a rollout: back to the release before, everywhere",
    load: async () => (await import("./commands/rollout-commands.ts")).abort,
  },
  {
    path: ["skip-analysis"],
    summary: "past the measurements of the present step or wave",
    load: async () => (await import("./commands/rollout-commands.ts")).skipAnalysis,
  },
  {
    path: ["explain"],
    summary: "what a cause means and what helps (no server needed)",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
  {
    path: ["releases"],
    summary: "list the releases of a service",
    load: async () => (await import("./commands/releases.ts")).releases,
  },
  {
    path: ["rollback"],
    summary: "back to an earlier release",
    load: async () => (await import("./commands/rollback.ts")).rollback,
  },
  {
    path: ["remove"],
    summary: "take a service out of an environment",
    load: async () => (await import("./commands/remove.ts")).remove,
  },
  {
    path: ["clusters"],
    summary: "list clusters",
    load: async () => (await import("./commands/clusters.ts")).clusters,
  },
  {
    path: ["cluster", "add"],
    summary: "register any Kubernetes API by a kubeconfig",
    load: async () => (await import("./commands/cluster-add.ts")).clusterAdd,
  },
  {
    path: ["cluster", "account"],
    summary: "print the account that Fairway needs in a cluster (no server needed)",
    load: async () => (await import("./commands/cluster-account.ts")).clusterAccount,
  },
  {
    path: ["cluster", "stop"],
    summary: "make an embedded cluster unreachable",
    load: async () => (await import("./commands/cluster-actions.ts")).clusterStop,
  },
  {
    path: ["cluster", "start"],
    summary: "start a stopped embedded cluster",
    load: async () => (await import("./commands/cluster-actions.ts")).clusterStart,
  },
  {
    path: ["cluster", "lost"],
    summary: "go on without a cluster that is away",
    load: async () => (await import("./commands/cluster-actions.ts")).clusterLost,
  },
  {
    path: ["cluster", "found"],
    summary: "take a lost cluster back",
    load: async () => (await import("./commands/cluster-actions.ts")).clusterFound,
  },
  {
    path: ["cluster", "remove"],
    summary: "empty a registered cluster, then forget it",
    load: async () => (await import("./commands/cluster-remove.ts")).clusterRemove,
  },
  {
    path: ["registries"],
    summary: "list the registries that images are pushed to",
    load: async () => (await import("./commands/registries.ts")).registries,
  },
  {
    path: ["registry", "add"],
    summary: "register where an environment's images are pushed to",
    load: async () => (await import("./commands/registry-add.ts")).registryAdd,
  },
  {
    path: ["registry", "list"],
    summary: "the same as registries",
    load: async () => (await import("./commands/registries.ts")).registries,
  },
  {
    path: ["registry", "remove"],
    summary: "forget a registry",
    load: async () => (await import("./commands/registry-remove.ts")).registryRemove,
  },
  {
    path: ["audit"],
    summary: "who did what, refused commands too",
    load: async () => (await import("./commands/audit.ts")).audit,
  },
  {
    path: ["webhooks"],
    summary: "who is told of rollouts, and what became of it",
    load: async () => (await import("./commands/webhooks.ts")).webhooks,
  },
  {
    path: ["webhook", "add"],
    summary: "tell an address of rollouts, by signed messages",
    load: async () => (await import("./commands/webhook-add.ts")).webhookAdd,
  },
  {
    path: ["webhook", "list"],
    summary: "the same as webhooks",
    load: async () => (await import("./commands/webhooks.ts")).webhooks,
  },
  {
    path: ["webhook", "test"],
    summary: "send a message now",
    load: async () => (await import("./commands/webhook-actions.ts")).webhookTest,
  },
  {
    path: ["webhook", "remove"],
    summary: "tell an address no more",
    load: async () => (await import("./commands/webhook-actions.ts")).webhookRemove,
  },
  {
    path: ["profile"],
    summary: "what the platform's owner decides for all services",
    load: async () => (await import("./commands/profile.ts")).profile,
  },
  {
    path: ["profile", "check"],
    summary: "check a profile (no server needed)",
    load: async () => (await import("./commands/profile-check.ts")).profileCheck,
  },
  {
    path: ["profile", "preview"],
    summary: "what another profile would change for which services",
    load: async () => (await import("./commands/profile-preview.ts")).profilePreview,
  },
  {
    path: ["profile", "set"],
    summary: "make another profile the one that holds",
    load: async () => (await import("./commands/profile-set.ts")).profileSet,
  },
  {
    path: ["profile", "history"],
    summary: "the versions of the profile",
    load: async () => (await import("./commands/profile-history.ts")).profileHistory,
  },
  {
    path: ["fleet"],
    summary: "how far a change of the platform has come",
    load: async () => (await import("./commands/fleet.ts")).fleet,
  },
  {
    path: ["fleet", "start"],
    summary: "roll a new profile or platform version out to all services",
    load: async () => (await import("./commands/fleet-start.ts")).fleetStart,
  },
  {
    path: ["fleet", "pause"],
    summary: "begin no more services for now",
    load: async () => (await import("./commands/fleet-actions.ts")).fleetPause,
  },
  {
    path: ["fleet", "resume"],
    summary: "go on after a pause, or past failures",
    load: async () => (await import("./commands/fleet-actions.ts")).fleetResume,
  },
  {
    path: ["fleet", "stop"],
    summary: "end it; services that have not begun stay as they are",
    load: async () => (await import("./commands/fleet-actions.ts")).fleetStop,
  },
  {
    path: ["kubeconfig"],
    summary: "print a kubeconfig for kubectl",
    load: async () => (await import("./commands/kubeconfig.ts")).kubeconfig,
  },
  {
    path: ["open"],
    summary: "open the dashboard, signed in",
    load: async () => (await import("./commands/open.ts")).open,
  },
  {
    path: ["login"],
    summary: "use another server",
    load: async () => (await import("./commands/login.ts")).login,
  },
];

/** What a word that only groups commands is about. */
export const groups: Readonly<Record<string, { readonly summary: string; readonly examples: string }>> = {
  cluster: {
    summary: "add, stop, start, lose, remove a cluster, its account",
    examples: examples("fairway cluster stop beta", "fairway cluster lost beta", "fairway help cluster add"),
  },
  registry: {
    summary: "add, list or remove a registry",
    examples: examples("fairway registry list", "fairway registry remove main", "fairway help registry add"),
  },
  webhook: {
    summary: "add, list, test or remove a webhook",
    examples: examples("fairway webhook list", "fairway webhook test 1", "fairway help webhook add"),
  },
};
