import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { inEnvironment, rolloutNumber } from "./parameters.ts";

const fleetNumber = rolloutNumber;

export const fleetRoutes = {
  startFleet: route({
    method: "POST",
    path: "/v1/fleets",
    permission: "fleets:write",
    status: 201,
    summary: "Rolls the profile that holds, by this version of the platform, out to the services of an environment",
    body: z.object({
      environment: s.environmentName.optional(),
      /** Of these only. */
      services: z.array(s.serviceName).min(1).max(5_000).optional(),
      parallel: z.int().min(1).max(100).default(10),
      stopAfter: z.int().min(1).max(10_000).default(1),
    }),
    response: s.fleetDetail,
    problems: ["fleet-active", "environment-unknown", "environment-ambiguous", "profile-not-readable"],
  }),
  fleetOrder: route({
    method: "GET",
    path: "/v1/fleet-order",
    permission: "fleets:read",
    status: 200,
    summary: "In which order the services of an environment would be rolled out, the least critical first",
    query: inEnvironment,
    response: z.object({ items: z.array(s.fleetPlace) }),
  }),
  listFleets: route({
    method: "GET",
    path: "/v1/fleets",
    permission: "fleets:read",
    status: 200,
    summary: "Fleet rollouts, newest first",
    query: inEnvironment.extend({ limit: z.coerce.number().int().min(1).max(500).default(20) }),
    response: z.object({ items: z.array(s.fleet) }),
  }),
  getFleet: route({
    method: "GET",
    path: "/v1/fleets/{number}",
    permission: "fleets:read",
    status: 200,
    summary: "One fleet rollout with each of its services",
    params: fleetNumber,
    response: s.fleetDetail,
  }),
  followFleet: route({
    method: "GET",
    path: "/v1/fleets/{number}/events",
    permission: "fleets:read",
    status: 200,
    stream: "sse",
    summary: "The fleet rollout as it goes: its whole state after each change; ends when it has ended or halted",
    params: fleetNumber,
    response: s.fleetDetail,
  }),
  commandFleet: route({
    method: "POST",
    path: "/v1/fleets/{number}/commands",
    permission: "fleets:write",
    status: 200,
    summary: "Pauses, resumes or stops a fleet rollout; rollouts that have begun go on by themselves",
    params: fleetNumber,
    body: z.object({ command: z.object({ type: z.enum(["pause", "resume", "stop"]) }) }),
    response: s.fleetDetail,
    problems: ["command-refused"],
  }),
} as const;
