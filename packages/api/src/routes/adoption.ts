import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { inEnvironment, rolloutNumber, service, withoutControls } from "./parameters.ts";

const kubernetesName = z.string().min(1).max(253).regex(withoutControls);

const asked = z.object({
  environment: s.environmentName.optional(),
  service: s.serviceName,
  /** Whole name of the release of ours that comes up beside the old. */
  release: z.string().min(1).max(100).regex(withoutControls),
  /** The old Service, or the Helm release whose one Service it is. */
  from: z.union([
    z.strictObject({ namespace: kubernetesName, service: kubernetesName }),
    z.strictObject({ namespace: kubernetesName, helm: kubernetesName }),
  ]),
});

const problems = ["release-unknown", "environment-unknown", "environment-ambiguous"];

export const adoptionRoutes = {
  previewAdoption: route({
    method: "POST",
    path: "/v1/adoption-preview",
    permission: "services:read",
    status: 200,
    reads: true,
    summary: "What an adoption would take over, remove and leave alone in each cluster, and what stops it",
    body: asked,
    response: s.adoptionPreview,
    problems,
  }),
  startAdoption: route({
    method: "POST",
    path: "/v1/adoptions",
    permission: "services:deploy",
    status: 201,
    summary: "Begins to move a live service that somebody else deployed under Fairway",
    body: asked,
    response: s.adoption,
    problems: [...problems, "adoption-not-possible", "adoption-active", "rollout-active"],
  }),
  listAdoptions: route({
    method: "GET",
    path: "/v1/adoptions",
    permission: "services:read",
    status: 200,
    summary: "Adoptions, newest first",
    query: inEnvironment.extend({
      service: s.serviceName.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(20),
    }),
    response: z.object({ items: z.array(s.adoption) }),
  }),
  getAdoption: route({
    method: "GET",
    path: "/v1/adoptions/{number}",
    permission: "services:read",
    status: 200,
    summary: "One adoption as it is now",
    params: rolloutNumber,
    response: s.adoption,
  }),
  followAdoption: route({
    method: "GET",
    path: "/v1/adoptions/{number}/events",
    permission: "services:read",
    status: 200,
    stream: "sse",
    summary: "The adoption as it goes: its whole state after each change; ends when it has moved or ended",
    params: rolloutNumber,
    response: s.adoption,
  }),
  commandAdoption: route({
    method: "POST",
    path: "/v1/services/{service}/adoption/commands",
    permission: "services:deploy",
    status: 200,
    summary: "Confirms an adoption, which deletes the old objects, or undoes it, which leads requests back to them",
    params: service,
    body: z.object({
      environment: s.environmentName.optional(),
      command: z.object({ type: z.enum(["confirm", "undo"]) }),
    }),
    response: s.adoption,
    problems: ["command-refused", "rollout-active"],
  }),
} as const;
