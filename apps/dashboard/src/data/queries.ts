import type { Client } from "@fairway/api";
import { queryOptions } from "@tanstack/react-query";

/** Which environment a page looks at; undefined where the platform has only one. */
export type Environment = string | undefined;

const inQuery = (environment: Environment) => (environment === undefined ? {} : { environment });

/** Milliseconds. Nothing tells of messages to webhooks as they are sent. */
const lookAgainAfter = 5_000;

/** Every read of the dashboard, with the key by which live changes find it. */
export const queries = {
  account: (client: Client) =>
    queryOptions({ queryKey: ["account"], queryFn: ({ signal }) => client.account({ signal }), staleTime: 60_000 }),
  platform: (client: Client) =>
    queryOptions({ queryKey: ["platform"], queryFn: ({ signal }) => client.platform({ signal }), staleTime: 60_000 }),
  services: (client: Client, environment: Environment) =>
    queryOptions({
      queryKey: ["services", environment ?? ""],
      queryFn: async ({ signal }) => (await client.listServices({ query: inQuery(environment), signal })).items,
      // Thousands of rows: a fresh list is as good as one that was compared with the old.
      structuralSharing: false,
    }),
  service: (client: Client, environment: Environment, service: string) =>
    queryOptions({
      queryKey: ["service", environment ?? "", service],
      queryFn: ({ signal }) => client.getService({ params: { service }, query: inQuery(environment), signal }),
    }),
  serviceEvents: (client: Client, environment: Environment, service: string) =>
    queryOptions({
      queryKey: ["service", environment ?? "", service, "events"],
      queryFn: async ({ signal }) =>
        (await client.listServiceEvents({ params: { service }, query: inQuery(environment), signal })).items,
    }),
  serviceObjects: (client: Client, environment: Environment, service: string) =>
    queryOptions({
      queryKey: ["service", environment ?? "", service, "objects"],
      queryFn: async ({ signal }) =>
        (await client.listServiceObjects({ params: { service }, query: inQuery(environment), signal })).items,
    }),
  releases: (client: Client, environment: Environment, service: string) =>
    queryOptions({
      queryKey: ["service", environment ?? "", service, "releases"],
      queryFn: async ({ signal }) =>
        (await client.listReleases({ params: { service }, query: inQuery(environment), signal })).items,
    }),
  rollouts: (client: Client, environment: Environment, limit: number, service: string | undefined) =>
    queryOptions({
      queryKey: ["rollouts", environment ?? "", limit, service ?? ""],
      queryFn: async ({ signal }) =>
        (
          await client.listRollouts({
            query: { ...inQuery(environment), limit, ...(service === undefined ? {} : { service }) },
            signal,
          })
        ).items,
    }),
  rollout: (client: Client, number: number) =>
    queryOptions({
      queryKey: ["rollout", number],
      queryFn: ({ signal }) => client.getRollout({ params: { number }, signal }),
    }),
  /** As it was when an entry of its journal was written, which never changes. */
  rolloutAt: (client: Client, number: number, sequence: number) =>
    queryOptions({
      queryKey: ["rollout-at", number, sequence],
      queryFn: ({ signal }) => client.getRollout({ params: { number }, query: { until: sequence }, signal }),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  rolloutEntries: (client: Client, number: number) =>
    queryOptions({
      queryKey: ["rollout-entries", number],
      queryFn: async ({ signal }) => (await client.listRolloutEntries({ params: { number }, signal })).items,
    }),
  fleets: (client: Client, environment: Environment) =>
    queryOptions({
      queryKey: ["fleets", environment ?? ""],
      queryFn: async ({ signal }) => (await client.listFleets({ query: inQuery(environment), signal })).items,
    }),
  fleet: (client: Client, number: number) =>
    queryOptions({
      queryKey: ["fleet", number],
      queryFn: ({ signal }) => client.getFleet({ params: { number }, signal }),
    }),
  fleetOrder: (client: Client, environment: Environment) =>
    queryOptions({
      queryKey: ["fleet-order", environment ?? ""],
      queryFn: async ({ signal }) => (await client.fleetOrder({ query: inQuery(environment), signal })).items,
    }),
  clusters: (client: Client) =>
    queryOptions({
      queryKey: ["clusters"],
      queryFn: async ({ signal }) => (await client.listClusters({ signal })).items,
    }),
  profile: (client: Client) =>
    queryOptions({ queryKey: ["profile"], queryFn: ({ signal }) => client.getProfile({ signal }) }),
  profileVersions: (client: Client) =>
    queryOptions({
      queryKey: ["profile", "versions"],
      queryFn: async ({ signal }) => (await client.listProfileVersions({ signal })).items,
    }),
  escapeHatches: (client: Client, environment: Environment) =>
    queryOptions({
      queryKey: ["escape-hatches", environment ?? ""],
      queryFn: async ({ signal }) => (await client.listEscapeHatches({ query: inQuery(environment), signal })).items,
    }),
  webhooks: (client: Client) =>
    queryOptions({
      queryKey: ["webhooks"],
      queryFn: async ({ signal }) => (await client.listWebhooks({ signal })).items,
      refetchInterval: lookAgainAfter,
    }),
  deliveries: (client: Client, webhook: number) =>
    queryOptions({
      queryKey: ["webhooks", webhook],
      queryFn: async ({ signal }) => (await client.listDeliveries({ params: { webhook }, signal })).items,
      refetchInterval: lookAgainAfter,
    }),
  registries: (client: Client) =>
    queryOptions({
      queryKey: ["registries"],
      queryFn: async ({ signal }) => (await client.listRegistries({ signal })).items,
    }),
};
