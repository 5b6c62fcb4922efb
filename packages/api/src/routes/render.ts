import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { imageProblems, serviceFiles } from "./parameters.ts";

export const renderRoutes = {
  diff: route({
    method: "POST",
    path: "/v1/diff",
    // It changes nothing, but asks clusters and registries with the platform's own rights.
    permission: "services:deploy",
    status: 200,
    summary: "What a deploy would change in each cluster, field by field; changes nothing",
    body: z.object({
      environment: s.environmentName.optional(),
      ...serviceFiles,
      /** Without one, the code of the active release is taken. */
      snapshot: s.digest.optional(),
    }),
    response: s.deployDiff,
    problems: [
      "app-toml-not-valid",
      "snapshot-unknown",
      ...imageProblems,
      "image-not-runnable",
      "namespace-reserved",
      "environment-unknown",
      "environment-ambiguous",
    ],
  }),
  render: route({
    method: "POST",
    path: "/v1/render",
    permission: "services:read",
    reads: true,
    status: 200,
    stream: "text",
    summary:
      "What an app.toml becomes in some Kubernetes cluster, as YAML: the bytes of fairway render; stores nothing",
    body: z.object({ environment: s.environmentName.default("prod"), ...serviceFiles }),
    problems: ["app-toml-not-valid", "kubernetes-files-not-valid", "namespace-reserved", "rules-broken"],
  }),
} as const;
