import { hurtEverywhere } from "./crash-points.ts";

hurtEverywhere([
  "canary-gateway",
  "canary-replicas",
  "canary-failing",
  "blue-green",
  "blue-green-by-hand",
  "waves",
  "aborted",
]);
