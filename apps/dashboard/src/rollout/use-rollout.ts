import type { RolloutDetail } from "@fairway/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { useStream } from "../data/use-stream.ts";

/** A rollout as it goes. The stream tells its whole state after each change, until it has ended. */
export function useRollout(number: number) {
  const client = useClient();
  const cache = useQueryClient();
  const query = queries.rollout(client, number);
  const rollout = useQuery(query);
  const goesOn = rollout.data !== undefined && rollout.data.endedAt === undefined;
  const open = useCallback(
    (options: { readonly signal: AbortSignal; readonly onConnection: (state: "open" | "lost") => void }) =>
      client.followRollout({ params: { number }, reconnectFor: Number.POSITIVE_INFINITY, ...options }),
    [client, number],
  );
  useStream(goesOn ? open : undefined, (state: RolloutDetail) => {
    cache.setQueryData<RolloutDetail>(query.queryKey, (old) =>
      old !== undefined && old.sequence > state.sequence ? old : state,
    );
  });
  return rollout;
}
