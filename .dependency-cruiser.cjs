// The arrows of the house: pure <- adapters <- apps. Few rules, no exceptions.
const pure =
  "^packages/(spec|objects|object-schema|manifests|diagnosis|catalog|intake)/src/(?!testing/|.*(\\.test\\.ts$|/testing/))";
/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-import-of-apps",
      comment: "Apps are composition roots: nothing imports them.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^apps/" },
    },
    {
      name: "apps-stand-alone",
      comment: "An app does not import another app.",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    {
      name: "pure-has-no-effects",
      comment: "Pure packages know no Node module.",
      severity: "error",
      from: { path: pure },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pure-imports-pure",
      comment: "Pure packages import only pure packages.",
      severity: "error",
      from: { path: pure },
      to: { path: "^packages/(?!(spec|objects|object-schema|manifests|diagnosis|catalog|intake)/)" },
    },
    {
      name: "adapters-know-no-adapters",
      comment: "Adapters meet only in apps: they may import pure packages and the ports of rollout.",
      severity: "error",
      from: { path: "^packages/(kube|minicluster|gateway|images|store|api)/src/(?!.*\\.test\\.ts$)" },
      to: { path: "^packages/(kube|minicluster|images|store|api)/", pathNot: "^packages/$1/" },
    },
    {
      name: "rollout-owns-its-ports",
      comment: "The engine imports pure packages only; adapters come in through its ports.",
      severity: "error",
      from: { path: "^packages/rollout/src/(?!.*\\.test\\.ts$)" },
      to: { path: "^packages/(kube|minicluster|gateway|images|store|api|catalog)/" },
    },
    {
      name: "through-the-front-door",
      comment: "A package is used through its index.",
      severity: "error",
      from: { path: "^(packages|apps)/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/src/",
        pathNot: ["^packages/[^/]+/src/(index|simulation|testing/index|[a-z-]+\\.contract)\\.ts$", "^packages/$2/"],
      },
    },
    {
      name: "no-grab-bag",
      severity: "error",
      from: {},
      to: { path: "^(packages|apps)/.*/(util|utils|common|shared|core|types|helper|helpers)(/|[.]tsx?$)" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(testdata|/dist/|generated)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: require("node:path").join(__dirname, "tsconfig.json") },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
