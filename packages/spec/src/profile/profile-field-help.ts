import { type FieldHelp, helpOfFile } from "../schema/field-help.ts";
import { profileSchema } from "./profile-toml.ts";

/** Every field of a profile in the order of the definition; overlays are one entry each: they take the same fields again. */
export function profileFieldHelp(): readonly FieldHelp[] {
  return helpOfFile(profileSchema);
}
