import type { ProfileSettings } from "./profile-settings.ts";

/** Name of the profile that holds where no other is stored. */
export const builtinProfileVersion = "builtin-3";

/** What holds until a platform owner says otherwise: sizes for many small services on one machine, room for bursts. */
export const builtinProfile: ProfileSettings = {
  sizes: {
    small: { cpu: "100m", memory: "128Mi" },
    medium: { cpu: "250m", memory: "512Mi" },
    large: { cpu: "1", memory: "2Gi" },
    xlarge: { cpu: "2", memory: "4Gi" },
  },
  limitFactors: { cpu: 4, memory: 2 },
  // Far above what a service needs, far below what a cluster has: a typo ends here.
  quota: { cpu: "200", memory: "800Gi", pods: 500 },
  bases: {
    node: { image: "docker.io/library/node:{version}-slim", version: "24" },
    // Static binaries need certificates, time zones and a user, and nothing else.
    golang: { image: "gcr.io/distroless/static-debian12:nonroot" },
    python: { image: "docker.io/library/python:{version}-slim", version: "3.14" },
    php: { image: "docker.io/library/php:{version}-cli", version: "8.5" },
  },
  images: { warningBytes: 512 * 1024 ** 2, allowed: [] },
  health: { live: undefined, ready: undefined, startup: undefined },
  metrics: undefined,
  labels: {},
  annotations: {},
  public: {
    via: "ingress",
    class: undefined,
    gateway: undefined,
    domains: [],
    certificate: undefined,
    annotations: {},
  },
  security: "restricted",
  namespace: "{service}",
  access: { role: "view", group: "{owner}" },
  network: { policies: true, gateways: [], platform: [], internal: [] },
  kubernetes: {
    patches: [
      "ConfigMap",
      "CronJob",
      "Deployment",
      "HorizontalPodAutoscaler",
      "HTTPRoute",
      "Ingress",
      "Job",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Service",
      "ServiceAccount",
    ],
    objects: ["ConfigMap", "CronJob", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget", "Service"],
  },
  rules: [],
};
