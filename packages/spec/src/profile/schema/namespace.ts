import { text } from "../../schema/described.ts";
import { builtinProfile } from "../builtin-profile.ts";

export const namespace = text(/^[a-z0-9{]([-a-z0-9{}]{0,100}[a-z0-9}])?$/, {
  description: "A service's namespace, of {service} and perhaps {environment}",
  needs: 'a pattern with {service}, such as "{service}-{environment}"',
  example: 'namespace = "{service}"',
  default: `"${builtinProfile.namespace}"`,
});
