import type { Profile } from "./release-inputs.ts";

/** What holds until a platform owner says otherwise: sizes for many small services on one machine, room for bursts. */
export const builtinProfile: Profile = {
  version: "builtin-2",
  sizes: {
    small: { cpu: "100m", memory: "128Mi" },
    medium: { cpu: "250m", memory: "512Mi" },
    large: { cpu: "1", memory: "2Gi" },
    xlarge: { cpu: "2", memory: "4Gi" },
  },
  limitFactors: { cpu: 4, memory: 2 },
  bases: {
    node: { image: "docker.io/library/node:{version}-slim", version: "24" },
    // Static binaries need certificates, time zones and a user, and nothing else.
    golang: { image: "gcr.io/distroless/static-debian12:nonroot" },
    python: { image: "docker.io/library/python:{version}-slim", version: "3.14" },
    php: { image: "docker.io/library/php:{version}-cli", version: "8.5" },
  },
  imageWarningBytes: 512 * 1024 ** 2,
};
