/** Fields that app.toml will have and this version refuses, by table ("" is the top). They are no typing errors, so they get words of their own. */
const planned: Readonly<Record<string, readonly string[]>> = {
  "": [
    "oncall",
    "links",
    "metrics",
    "storages",
    "events",
    "crons",
    "migrations",
    "secrets",
    "public",
    "deploy",
    "resources",
    "memory",
    "slo",
    "kubernetes",
  ],
  dependencies: ["external", "hosts", "cidrs"],
};

/** The planned keys of a table, by its path without `envs.<name>` and list positions. */
export function plannedKeys(table: string): readonly string[] {
  return planned[table] ?? [];
}
