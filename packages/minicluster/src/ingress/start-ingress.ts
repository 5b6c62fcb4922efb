import { createGateway } from "@fairway/gateway";
import { isEndpointSlice, isIngress, isService } from "@fairway/objects";
import type { Clock } from "../clock/clock.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { INGRESS, type IngressOptions, ingressRoutes } from "./ingress-routes.ts";

export interface Ingress {
  /** `host:port` of the listener for hosts. */
  readonly address: string;
  stop(options: { readonly drainMilliseconds: number }): Promise<void>;
}

const followed = new Set(["services", "endpointslices", "ingresses"]);
/** A port that somebody else has is tried again after so long. */
const RETRY_MILLISECONDS = 2_000;

/** Starts the cluster's gateway and keeps its routes. Rejects when the listener for hosts cannot be opened. */
export async function startIngress(
  objects: ObjectsApi,
  clock: Clock,
  options: IngressOptions,
  onError: (message: string) => void,
): Promise<Ingress> {
  const gateway = createGateway({ trustForwarded: true });
  const said = new Set<string>();
  let cancel: (() => void) | undefined;
  let cancelRetry: (() => void) | undefined;

  async function write(): Promise<void> {
    const services = objects.list("services").filter(isService);
    const slices = objects.list("endpointslices").filter(isEndpointSlice);
    const ingresses = objects.list("ingresses").filter(isIngress);
    const results = await gateway.setRoutes(ingressRoutes(services, slices, ingresses, options));
    const failed = results.filter(({ error }) => error !== undefined);
    for (const { name, error } of failed) {
      if (!said.has(name)) onError(`${name}: cannot listen: ${error}`);
      said.add(name);
    }
    if (failed.length === 0) said.clear();
    else
      cancelRetry ??= clock.after(RETRY_MILLISECONDS, () => {
        cancelRetry = undefined;
        writeSoon();
      });
  }

  function writeSoon(): void {
    cancel ??= clock.after(0, () => {
      cancel = undefined;
      write().catch((error: unknown) => onError(`ingress: ${String(error)}`));
    });
  }

  const unsubscribe = objects.subscribe(({ resource }) => {
    if (followed.has(resource)) writeSoon();
  });
  await write();
  const address = gateway.address(INGRESS);
  if (address === undefined) {
    unsubscribe();
    cancelRetry?.();
    await gateway.stop({ drainMilliseconds: 0 });
    throw new Error(`the ingress port ${options.ingressPort} is taken`);
  }
  return {
    address,
    async stop({ drainMilliseconds }) {
      unsubscribe();
      cancel?.();
      await gateway.stop({ drainMilliseconds });
      cancelRetry?.();
    },
  };
}
