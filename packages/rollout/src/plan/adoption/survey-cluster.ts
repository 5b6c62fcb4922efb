import { reservedNamespace, serviceLabel } from "@fairway/manifests";
import {
  describeRef,
  isCronJob,
  isDeployment,
  isHttpRoute,
  isIngress,
  isNamespace,
  isPod,
  isService,
  type KubernetesObject,
  keyOf,
  parseObject,
  refOf,
  takesRequests,
} from "@fairway/objects";
import type {
  AdoptionFinding,
  AdoptionFindingCode,
  AdoptionPlan,
  ChangedObject,
  ClusterAdoption,
  FormerObject,
} from "./adoption-plan.ts";
import { isFairways } from "./fairways.ts";
import { leftAlone } from "./left-alone.ts";
import { helmRelease, madeBy } from "./made-by.ts";
import { notesOf } from "./notes-of.ts";
import { ownerOf, workloadsBeside } from "./old-owner.ts";
import { pairPorts } from "./pair-ports.ts";
import { partsOf } from "./parts-of.ts";
import { hostsOf, namesPort } from "./routes-to.ts";
import { troubleOf } from "./service-trouble.ts";
import { selects } from "./uses.ts";
import { wayOf } from "./way-of.ts";

export interface Survey {
  readonly cluster: string;
  readonly from: AdoptionPlan["from"];
  /** Everything in the old namespace of the kinds of `formerKinds`, and the Namespace itself. */
  readonly objects: readonly KubernetesObject[];
  readonly ours: {
    readonly service: string;
    readonly namespace: string;
    /** As they will be applied, in their slot. */
    readonly objects: readonly KubernetesObject[];
  };
}

/** Kinds that adoption looks at in the old namespace. */
export const formerKinds: readonly { readonly apiVersion: string; readonly kind: string }[] = [
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "apps/v1", kind: "ReplicaSet" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
  { apiVersion: "batch/v1", kind: "CronJob" },
];

/** What of ours holds for a whole namespace, and so for the old pods too. */
const namespaceWide = new Set(["Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange"]);

/**
 * What the old service consists of in one cluster, what stands for it in ours, and what stops it from being adopted; all
 * findings together. What others use too, or what nobody can tell to be of it alone, is left alone. Pure.
 */
export function surveyCluster(survey: Survey): {
  readonly adoption: ClusterAdoption | undefined;
  readonly findings: readonly AdoptionFinding[];
} {
  const { cluster, from, objects, ours } = survey;
  const findings: AdoptionFinding[] = [];
  const find = (code: AdoptionFindingCode, message: string, advice: string): void => {
    findings.push({ cluster, code, message, advice });
  };
  const service = objects.filter(isService).find(({ metadata }) => metadata.name === from.service);
  if (service === undefined) {
    const known = objects.filter(isService).map(({ metadata }) => metadata.name);
    const there = known.length === 0 ? "it has none" : `it has ${known.slice(0, 10).join(", ")}`;
    find(
      "old-not-found",
      `namespace ${from.namespace} has no Service ${from.service}: ${there}`,
      "name it: --from <namespace>/<Service>",
    );
    return { adoption: undefined, findings };
  }
  if (isFairways(service)) {
    const of = service.metadata.labels?.[serviceLabel] ?? "a service";
    find("old-is-ours", `Service/${from.service} is Fairway's: it is of ${of}`, "see: fairway status");
    return { adoption: undefined, findings };
  }
  const shared = from.namespace === ours.namespace;
  const counterpart = ours.objects.filter(isService).find(({ metadata }) => metadata.name === ours.service);
  const way = counterpart === undefined ? "mirror" : wayOf(from, ours);
  if (counterpart === undefined)
    find(
      "ours-has-no-service",
      `the release has no Service ${ours.service}: nothing could take requests`,
      "adopt what answers requests; a job is deployed as it is",
    );
  for (const [code, message, advice] of troubleOf(service, way)) find(code, message, advice);

  const pods = objects.filter(isPod).filter(({ metadata }) => selects(service.spec?.selector, metadata.labels));
  const owner = ownerOf(pods, objects, find);
  if (owner !== undefined && !pods.some(takesRequests))
    find(
      "old-not-ready",
      `none of ${pods.length} pods behind Service/${from.service} is ready`,
      "adopt it when it serves",
    );
  if (owner === undefined || counterpart === undefined) return { adoption: undefined, findings };
  const others = workloadsBeside(owner, objects);

  for (const other of objects.filter(isService)) {
    if (other !== service && pods.some(({ metadata }) => selects(other.spec?.selector, metadata.labels)))
      find(
        "old-other-service",
        `Service/${other.metadata.name} leads to the same pods: it would lead to none when they are gone`,
        `delete it if nobody calls it; else let its callers use ${from.service} first`,
      );
  }
  const { ports, missing } = pairPorts(service, counterpart, way);
  for (const port of missing)
    find(
      "port-not-served",
      `port ${port} of Service/${from.service} is none that ours serves (it has ${counterpart.spec?.ports?.map((one) => one.port).join(", ")})`,
      way === "take"
        ? `patch the port into Service/${ours.service} (fairway help app.toml), or adopt it into another namespace`
        : "if nobody calls it, take it out of the old Service first",
    );
  const routes = objects.filter((one) => isIngress(one) || isHttpRoute(one));
  if (way === "take") {
    const names = new Set(counterpart.spec?.ports?.map(({ name = "" }) => name));
    for (const route of routes) {
      const lost = namesPort(route, from.service).filter((name) => !names.has(name));
      if (lost.length > 0)
        find(
          "port-name-changes",
          `${describeRef(refOf(route))} leads to the port that is called ${lost.join(", ")}, and ours calls it ${[...names].join(", ")}`,
          "let it name the port's number",
        );
    }
  }

  const parts = partsOf(survey, owner, pods, others);
  const keys = new Set(ours.objects.map(keyOf));
  const isTaken = (one: KubernetesObject): boolean => keys.has(keyOf(one));
  const take = parts.filter(isTaken);
  const remove = [owner, ...parts.filter((one) => !isTaken(one)), ...(way === "mirror" ? [service] : [])];
  if (isTaken(owner))
    find(
      "name-taken",
      `Deployment/${owner.metadata.name} has the name that ours will have`,
      "give the service another name in app.toml",
    );
  for (const object of objects) {
    if (!isTaken(object) || isFairways(object) || object === service || object === owner || isNamespace(object))
      continue;
    if (parts.includes(object)) continue;
    const what = describeRef(refOf(object));
    find(
      isCronJob(object) || isDeployment(object) ? "name-taken" : "name-shared",
      `${what} has a name that ours will have, and is not of Service/${from.service} alone`,
      "rename or delete it, or give the service another name",
    );
  }
  const space = objects.filter(isNamespace).find(({ metadata }) => metadata.name === from.namespace);
  if (shared && reservedNamespace(from.namespace))
    find(
      "namespace-reserved",
      `the namespace ${from.namespace} belongs to the cluster, so ours cannot live in it`,
      "give the service another name, or the profile another pattern of namespaces",
    );
  if (shared && space !== undefined && isFairways(space))
    find("old-is-ours", `the namespace ${from.namespace} is Fairway's already`, "see: fairway status");

  const hosts = new Set(routes.flatMap(hostsOf));
  const taken = new Set(take.map(keyOf));
  const withheld = ours.objects.filter(
    (object) =>
      isCronJob(object) ||
      (shared && namespaceWide.has(object.kind)) ||
      hostsOf(object).some((host) => hosts.has(host)) ||
      taken.has(keyOf(object)) ||
      (way === "take" && object === counterpart),
  );
  const wide = shared ? withheld.filter(({ kind }) => namespaceWide.has(kind) && kind !== "Namespace") : [];
  const helm = helmRelease(owner) ?? helmRelease(service);
  const adoption: ClusterAdoption = {
    address: changed(service),
    ports,
    claim: shared && space !== undefined ? changed(space) : undefined,
    take: take.map(changed),
    remove: remove.map(formerOf),
    leave: leftAlone(survey, owner, [service, owner, ...parts]),
    pairs: pairsOf(survey, [owner, service, ...parts]),
    withheld: withheld.map(keyOf),
    notes: notesOf(survey, { way, wide: others.length === 0 ? [] : wide, helm }),
  };
  return { adoption, findings };
}

/** What stands for what: of the same kind, by the same name where there are several. */
function pairsOf({ ours }: Survey, former: readonly KubernetesObject[]): ClusterAdoption["pairs"] {
  return former.flatMap((one) => {
    const same = ours.objects.filter(({ kind, apiVersion }) => kind === one.kind && apiVersion === one.apiVersion);
    const [match] = [...same.filter(({ metadata }) => metadata.name === one.metadata.name), ...same];
    return match === undefined ? [] : [{ old: describeRef(refOf(one)), ours: describeRef(refOf(match)) }];
  });
}

function formerOf(object: KubernetesObject): FormerObject {
  const { uid = "", resourceVersion = "" } = object.metadata;
  return { ref: refOf(object), uid, resourceVersion, madeBy: madeBy(object) };
}

function changed(object: KubernetesObject): ChangedObject {
  const { managedFields: _, ...metadata } = object.metadata;
  const parsed = parseObject({ ...object, metadata });
  return { ...formerOf(object), former: parsed.ok ? parsed.object : object };
}
