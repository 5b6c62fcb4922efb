import type { Profile } from "./release-inputs.ts";

/** What holds until a platform owner says otherwise: sizes for many small services on one machine, room for bursts. */
export const builtinProfile: Profile = {
  version: "builtin-1",
  sizes: {
    small: { cpu: "100m", memory: "128Mi" },
    medium: { cpu: "250m", memory: "512Mi" },
    large: { cpu: "1", memory: "2Gi" },
    xlarge: { cpu: "2", memory: "4Gi" },
  },
  limitFactors: { cpu: 4, memory: 2 },
};
