import { oneOf } from "../../schema/described.ts";
import { builtinProfile } from "../builtin-profile.ts";

export const security = oneOf(["restricted", "baseline", "privileged"], {
  description: "How far pods are held in, as the Pod Security Standards of Kubernetes name it",
  example: 'security = "restricted"',
  default: `"${builtinProfile.security}"`,
});
