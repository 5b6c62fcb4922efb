import { adoptionRoutes } from "./routes/adoption.ts";
import { auditRoutes } from "./routes/audit.ts";
import { clusterRoutes } from "./routes/cluster.ts";
import { driftRoutes } from "./routes/drift.ts";
import { fleetRoutes } from "./routes/fleet.ts";
import { liveRoutes } from "./routes/live.ts";
import { platformRoutes } from "./routes/platform.ts";
import { profileRoutes } from "./routes/profile.ts";
import { registryRoutes } from "./routes/registry.ts";
import { releaseRoutes } from "./routes/release.ts";
import { renderRoutes } from "./routes/render.ts";
import { rolloutRoutes } from "./routes/rollout.ts";
import { serviceRoutes } from "./routes/service.ts";
import { sessionRoutes } from "./routes/session.ts";
import { webhookRoutes } from "./routes/webhook.ts";

/** Every operation of the API, by the name that the client gives it. */
export const routes = {
  ...platformRoutes,
  ...sessionRoutes,
  ...clusterRoutes,
  ...registryRoutes,
  ...auditRoutes,
  ...webhookRoutes,
  ...serviceRoutes,
  ...releaseRoutes,
  ...renderRoutes,
  ...profileRoutes,
  ...driftRoutes,
  ...rolloutRoutes,
  ...fleetRoutes,
  ...adoptionRoutes,
  ...liveRoutes,
} as const;

export type Routes = typeof routes;
