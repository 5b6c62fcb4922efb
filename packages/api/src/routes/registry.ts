import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";

const registry = z.object({ registry: s.registryName });
/** An image's reference, or the beginning of one; what it means is for the server to say. */
const imageReference = z
  .string()
  .max(500)
  .regex(/^[\x21-\x7e]+$/, "must be an image reference");

export const registryRoutes = {
  listRegistries: route({
    method: "GET",
    path: "/v1/registries",
    permission: "clusters:read",
    status: 200,
    summary: "All registries, without their credentials",
    response: z.object({ items: z.array(s.registrySummary) }),
  }),
  putRegistry: route({
    method: "PUT",
    path: "/v1/registries/{registry}",
    permission: "clusters:write",
    status: 200,
    summary: "Registers where an environment's images are pushed to, or says everything about it anew",
    params: registry,
    body: z.object({
      environment: s.environmentName.optional(),
      /** `registry.example.com/team` */
      prefix: imageReference,
      /** Docker's configuration file; only the entries for hosts that are needed are kept. */
      dockerConfig: z.string().max(262_144).optional(),
      /** The same, for the nodes of clusters; by default they use `dockerConfig`. */
      pullDockerConfig: z.string().max(262_144).optional(),
      /** PEM */
      certificateAuthority: z.string().max(65_536).optional(),
      plainHttp: z.boolean().default(false),
      bases: z.partialRecord(s.engineName, imageReference).default({}),
    }),
    response: s.registrySummary.extend({ replaced: z.boolean() }),
    problems: [
      "environment-unknown",
      "environment-ambiguous",
      "registry-exists",
      "registry-prefix-not-valid",
      "registry-credentials-not-valid",
      "registry-unreachable",
      "registry-unauthorized",
    ],
  }),
  removeRegistry: route({
    method: "DELETE",
    path: "/v1/registries/{registry}",
    permission: "clusters:write",
    status: 204,
    summary: "Forgets a registry and its credentials",
    params: registry,
    problems: ["registry-in-use"],
  }),
} as const;
