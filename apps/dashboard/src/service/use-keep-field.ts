import type { ServiceDetail } from "@fairway/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useClient } from "../data/client.ts";

/**
 * Leaves a field of a service to whoever has set it, or stops leaving it.
 *
 * @param onDone called when the service's page knows
 */
export function useKeepField({ name: service, environment }: ServiceDetail, onDone: () => void) {
  const client = useClient();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (field: { readonly object: string; readonly field: string; readonly kept: boolean }) =>
      client.keepField({ params: { service }, body: { environment, ...field } }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ["service"] });
      onDone();
    },
  });
}
