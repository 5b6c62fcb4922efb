import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { inEnvironment } from "./parameters.ts";

const profileText = z.string().max(1_048_576);

export const profileRoutes = {
  getProfile: route({
    method: "GET",
    path: "/v1/profile",
    permission: "profile:read",
    status: 200,
    summary: "The platform owner's profile that holds",
    response: s.profile,
  }),
  listProfileVersions: route({
    method: "GET",
    path: "/v1/profile/versions",
    permission: "profile:read",
    status: 200,
    summary: "Versions of the profile, newest first",
    response: z.object({ items: z.array(s.profile.omit({ text: true })) }),
  }),
  getProfileVersion: route({
    method: "GET",
    path: "/v1/profile/versions/{version}",
    permission: "profile:read",
    status: 200,
    summary: "One version of the profile",
    params: z.object({ version: z.coerce.number().int().positive().max(2_147_483_647) }),
    response: s.profile,
  }),
  putProfile: route({
    method: "PUT",
    path: "/v1/profile",
    permission: "profile:write",
    status: 200,
    summary: "Makes a new version of the profile; it holds for releases that are made from then on",
    body: z.object({
      text: profileText,
      /** The version that it was made from: of two who change it, the second is told. */
      after: z.int().min(0).max(2_147_483_647),
    }),
    response: s.profile,
    problems: ["profile-not-valid", "profile-changed", "profile-namespace-in-use"],
  }),
  previewProfile: route({
    method: "POST",
    path: "/v1/profile/preview",
    permission: "profile:read",
    reads: true,
    status: 200,
    stream: "sse",
    summary: "What every service would become, made anew by this version of the platform; changes nothing",
    body: z.object({
      /** A profile; without one, the stored one is taken. */
      text: profileText.optional(),
      /** Of this environment only. */
      environment: s.environmentName.optional(),
    }),
    response: s.previewEvent,
    problems: ["profile-not-valid", "profile-namespace-in-use", "environment-unknown"],
  }),
  listEscapeHatches: route({
    method: "GET",
    path: "/v1/escape-hatches",
    permission: "services:read",
    status: 200,
    summary: "What services bring past the fields of app.toml, most used first",
    query: inEnvironment,
    response: z.object({ items: z.array(s.escapeHatch) }),
  }),
} as const;
