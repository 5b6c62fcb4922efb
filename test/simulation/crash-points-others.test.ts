import { hurtEverywhere, kills } from "./crash-points.ts";

hurtEverywhere([
  "canary-route",
  "paused-and-resumed",
  "superseded",
  "cluster-joins",
  "cluster-leaves",
  "gets-an-autoscaler",
  "loses-its-autoscaler",
]);

hurtEverywhere(["queued", "rollback-of-rollback"], kills);
