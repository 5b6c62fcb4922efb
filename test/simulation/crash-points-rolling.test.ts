import { hurtEverywhere } from "./crash-points.ts";

hurtEverywhere([
  "first",
  "replacement",
  "failing",
  "first-fails",
  "removal",
  "migration",
  "aborted-in-app",
  "waves-failing",
]);
