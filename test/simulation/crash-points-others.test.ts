import { hurtEverywhere } from "./crash-points.ts";

hurtEverywhere([
  "canary-route",
  "paused-and-resumed",
  "superseded",
  "cluster-joins",
  "cluster-leaves",
  "gets-an-autoscaler",
  "loses-its-autoscaler",
]);
