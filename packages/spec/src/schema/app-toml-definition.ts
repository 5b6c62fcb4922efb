import type { FileDefinition } from "../check/shape-issues.ts";
import { appTomlSchema } from "./app-toml.ts";

/** app.toml as the checks of shape take it. */
export const appTomlDefinition: FileDefinition = {
  schema: appTomlSchema,
  specialKey(path) {
    const [envs, , key, deeper] = path;
    if (envs !== "envs" || deeper !== undefined || (key !== "name" && key !== "kind")) return undefined;
    return {
      code: "not-overridable",
      message: `"${key}" cannot differ between environments`,
      hint: `set ${key} once, at the top of the file`,
    };
  },
};
