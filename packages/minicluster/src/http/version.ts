import type { JsonObject } from "../json.ts";

/** `/version`: the Kubernetes version whose schemas are served. */
export const versionInfo: JsonObject = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3+fairway",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "node",
  platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
};
