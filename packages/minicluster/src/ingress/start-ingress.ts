import { createGateway } from "@fairway/gateway";
import { type EndpointSlice, isEndpointSlice, isIngress, isService, type Service } from "@fairway/objects";
import { type Clock, timestamp } from "../clock/clock.ts";
import { conditionOf, withCondition } from "../controllers/conditions.ts";
import { SERVICE_LABEL } from "../controllers/endpoint-slice/endpoint-slices.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { INGRESS, type IngressOptions, ingressRoutes } from "./ingress-routes.ts";
import { type Seen, sharesTaken, WEIGHTS_TAKEN } from "./shares.ts";

export interface Ingress {
  /** `host:port` of the listener for hosts. */
  readonly address: string;
  stop(options: { readonly drainMilliseconds: number }): Promise<void>;
}

const followed = new Set(["services", "endpointslices", "ingresses"]);
/** A port that somebody else has is tried again after so long. */
const RETRY_MILLISECONDS = 2_000;

const MANAGER = "fairway-gateway";

/**
 * Starts the cluster's gateway, keeps its routes, and says at each Service of a slot by which shares it is routed. Rejects when the
 * listener for hosts cannot be opened.
 */
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
  let writes = 0;

  async function write(): Promise<void> {
    writes += 1;
    const turn = writes;
    const services = objects.list("services").filter(isService);
    const seen = look();
    const ingresses = objects.list("ingresses").filter(isIngress);
    const shares = services.map((service) => [service, sharesTaken(service, seen)] as const);
    const results = await gateway.setRoutes(ingressRoutes(services, seen, ingresses, options));
    // What a later one has replaced is not what is routed.
    if (turn === writes) for (const [service, taken] of shares) if (taken !== undefined) say(service, taken);
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

  function look(): Seen {
    const key = (namespace: string | undefined, service: string | undefined) => `${namespace}/${service}`;
    const slices = Map.groupBy(objects.list("endpointslices").filter(isEndpointSlice), ({ metadata }) =>
      key(metadata.namespace, metadata.labels?.[SERVICE_LABEL]),
    );
    return {
      slices: (namespace, service): readonly EndpointSlice[] => slices.get(key(namespace, service)) ?? [],
      podLabels: (namespace, name) =>
        objects.get({ resource: "pods", name, ...(namespace === undefined ? {} : { namespace }) })?.metadata.labels,
    };
  }

  /** As what is there now: a former process may have said something else. */
  function say(
    { metadata: { name, namespace, uid } }: Service,
    taken: NonNullable<ReturnType<typeof sharesTaken>>,
  ): void {
    const stored = objects.get({ resource: "services", name, ...(namespace === undefined ? {} : { namespace }) });
    if (stored === undefined || !isService(stored) || stored.metadata.uid !== uid) return;
    const before = stored.status?.conditions ?? [];
    const known = conditionOf(before, WEIGHTS_TAKEN);
    if (known?.status === taken.status && known.message === taken.message) return;
    const conditions = withCondition(before, { ...taken, lastTransitionTime: timestamp(clock.now()) });
    const status = { ...stored.status, conditions };
    objects.update("services", { ...stored, status }, { manager: MANAGER, subresource: "status" });
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
