import { type KubernetesObject, keyOf } from "@fairway/objects";
import type { AdoptionFinding, AdoptionPlan, ClusterAdoption } from "../plan/adoption/adoption-plan.ts";
import { helmRelease } from "../plan/adoption/made-by.ts";
import { formerKinds, surveyCluster } from "../plan/adoption/survey-cluster.ts";
import { wayOf } from "../plan/adoption/way-of.ts";
import { type Cluster, ClusterError } from "../ports.ts";

/** What is to be adopted: a Service, or the one Service of a Helm release. */
export type AdoptionSource =
  | { readonly namespace: string; readonly service: string }
  | { readonly namespace: string; readonly helm: string };

/**
 * Looks at the old service in every cluster, and plans its adoption. Changes nothing.
 *
 * @param objectsOf what ours will be in a cluster, in its slot
 */
export async function surveyAdoption(
  clusters: readonly Cluster[],
  source: AdoptionSource,
  ours: {
    readonly service: string;
    readonly namespace: string;
    readonly objectsOf: (cluster: string) => readonly KubernetesObject[];
  },
  signal: AbortSignal,
): Promise<{ readonly plan: AdoptionPlan | undefined; readonly findings: readonly AdoptionFinding[] }> {
  const seen = await Promise.all(clusters.map((cluster) => read(cluster, source, signal)));
  const findings = seen.flatMap((one) => ("finding" in one ? [one.finding] : []));
  const answered = seen.flatMap((one) => ("objects" in one ? [one] : []));
  if (findings.length > 0) return { plan: undefined, findings };
  const service = "service" in source ? source.service : serviceOfRelease(answered, source);
  if (typeof service !== "string") return { plan: undefined, findings: [service] };
  const from = { namespace: source.namespace, service };
  const surveyed = answered.map(({ cluster, objects }) => ({
    cluster,
    ...surveyCluster({
      cluster: cluster.name,
      from,
      objects,
      ours: { ...ours, objects: ours.objectsOf(cluster.name) },
    }),
  }));
  const all = surveyed.flatMap((one) => one.findings);
  const absent = all.filter(({ code }) => code === "old-not-found");
  if (absent.length > 0 && absent.length < clusters.length) {
    const names = absent.map(({ cluster }) => cluster).join(", ");
    const message = `${from.namespace}/${service} is not in ${names}: requests go over in all clusters, or in none`;
    all.push({
      cluster: "",
      code: "old-in-some-clusters-only",
      message,
      advice: "deploy the old service there too, or take the cluster out of the environment",
    });
  }
  const way = wayOf(from, ours);
  for (const { cluster, adoption } of surveyed)
    if (adoption !== undefined) all.push(...(await missingRights(cluster, adoption, signal)));
  const own = surveyed.flatMap(({ cluster, adoption }) =>
    adoption === undefined ? [] : [[cluster.name, adoption] as const],
  );
  const plan =
    own.length === 0
      ? undefined
      : ({ from, namespace: ours.namespace, way, clusters: Object.fromEntries(own) } as const);
  return { plan, findings: all };
}

type Seen =
  | { readonly cluster: Cluster; readonly objects: readonly KubernetesObject[] }
  | { readonly finding: AdoptionFinding };

async function read(cluster: Cluster, { namespace }: AdoptionSource, signal: AbortSignal): Promise<Seen> {
  try {
    const space = await cluster.get({ apiVersion: "v1", kind: "Namespace", name: namespace }, signal);
    const objects: KubernetesObject[] = space === undefined ? [] : [space];
    for (const kind of formerKinds) objects.push(...(await listed(cluster, { ...kind, namespace }, signal)));
    return { cluster, objects: [...new Map(objects.map((one) => [keyOf(one), one])).values()] };
  } catch (error) {
    return { finding: notTold(cluster, error) };
  }
}

/** What stands for the answer of a cluster that gave none. Throws on what is no cluster's. */
function notTold(cluster: Cluster, error: unknown): AdoptionFinding {
  if (!(error instanceof ClusterError)) throw error;
  const missing = error.code === "forbidden";
  return {
    cluster: cluster.name,
    code: missing ? "permission-missing" : "cluster-unreachable",
    message: error.message,
    advice: missing ? accountAdvice : "requests go over in all clusters, or in none: wait until it answers",
  };
}

/** A cluster need not have every kind. */
async function listed(
  cluster: Cluster,
  of: Parameters<Cluster["list"]>[0],
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  try {
    return await cluster.list(of, signal);
  } catch (error) {
    if (error instanceof ClusterError && error.code === "not-found") return [];
    throw error;
  }
}

const accountAdvice =
  "the cluster's owner must grant what the account needs: fairway cluster account | kubectl apply -f -";

async function missingRights(
  cluster: Cluster,
  { remove, take, address, claim }: ClusterAdoption,
  signal: AbortSignal,
): Promise<readonly AdoptionFinding[]> {
  const named = [...remove, ...take, address, ...(claim === undefined ? [] : [claim])].map(({ ref }) => ref);
  try {
    // Requests go over by slices of the old Service, whichever way.
    const kinds = [...named, { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" }];
    const { missingPermissions } = await cluster.check(signal, kinds);
    if (missingPermissions.length === 0) return [];
    const message = `cluster ${cluster.name} does not let us ${missingPermissions.join(", ")}`;
    return [{ cluster: cluster.name, code: "permission-missing", message, advice: accountAdvice }];
  } catch (error) {
    return [notTold(cluster, error)];
  }
}

/** The one Service of a Helm release. */
function serviceOfRelease(
  seen: readonly { readonly objects: readonly KubernetesObject[] }[],
  { namespace, helm }: Extract<AdoptionSource, { readonly helm: string }>,
): string | AdoptionFinding {
  const services = seen.flatMap(({ objects }) =>
    objects.filter((one) => one.kind === "Service" && helmRelease(one) === helm),
  );
  const [name, ...more] = [...new Set(services.map(({ metadata }) => metadata.name))];
  if (name !== undefined && more.length === 0) return name;
  const message =
    name === undefined
      ? `nothing in namespace ${namespace} is a Service of a Helm release ${helm}`
      : `the Helm release ${helm} has several Services: ${[name, ...more].join(", ")}`;
  return { cluster: "", code: "old-not-found", message, advice: `name the Service: --from ${namespace}/<Service>` };
}
