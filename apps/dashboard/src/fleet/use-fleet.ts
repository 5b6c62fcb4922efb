import type { FleetDetail } from "@fairway/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { useStream } from "../data/use-stream.ts";

/** A fleet rollout as it goes: its stream tells its whole state after each change, until nothing more happens by itself. */
export function useFleet(number: number) {
  const client = useClient();
  const cache = useQueryClient();
  const query = queries.fleet(client, number);
  const fleet = useQuery(query);
  const goesOn = fleet.data !== undefined && mayChange(fleet.data);
  const open = useCallback(
    (options: { readonly signal: AbortSignal; readonly onConnection: (state: "open" | "lost") => void }) =>
      client.followFleet({ params: { number }, reconnectFor: Number.POSITIVE_INFINITY, ...options }),
    [client, number],
  );
  useStream(goesOn ? open : undefined, (state: FleetDetail) => cache.setQueryData(query.queryKey, state));
  return fleet;
}

function mayChange({ status, services }: FleetDetail): boolean {
  return status === "running" || status === "paused" || services.some(({ state }) => state === "rolling");
}
