import type { FileDefinition } from "../check/shape-issues.ts";
import { keysOf } from "../schema/field-info.ts";
import { profileSchema } from "./profile-toml.ts";

const between: Readonly<Record<string, string>> = {
  envs: "environments",
  clusters: "clusters",
  services: "services",
};

/** The profile's file as the checks of shape take it. */
export const profileDefinition: FileDefinition = {
  schema: profileSchema,
  specialKey(path) {
    const [overlay, , key, deeper] = path.map(String);
    const what = between[overlay ?? ""];
    if (what === undefined || key === undefined || deeper !== undefined || !keysOf(profileSchema).includes(key)) {
      return undefined;
    }
    return {
      code: "not-overridable",
      message: `"${key}" cannot differ between ${what}`,
      hint: `set ${key} at the top of the file`,
    };
  },
};
