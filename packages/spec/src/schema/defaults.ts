/** What holds where app.toml says nothing. Health times in seconds, grace in seconds, the window in days. */
export const defaults = {
  kind: "business",
  replicas: 1,
  autoscalerCpu: 70,
  engine: "node",
  size: "small",
  port: 8080,
  grace: 30,
  health: {
    live: { period: 10, timeout: 2, threshold: 3 },
    ready: { period: 2, timeout: 2, threshold: 3 },
    startup: { period: 2, timeout: 2, threshold: 60 },
  },
  metricsPath: "/metrics",
  concurrency: "forbid",
  publicPath: "/",
  strategy: "rolling",
  switch: "at-once",
  sloWindow: 30,
} as const;
