import { reservedNamespace, serviceLabel } from "@fairway/manifests";
import {
  describeRef,
  isConfigMap,
  isCronJob,
  isDeployment,
  isHorizontalPodAutoscaler,
  isHttpRoute,
  isIngress,
  isNamespace,
  isNetworkPolicy,
  isPod,
  isPodDisruptionBudget,
  isService,
  isServiceAccount,
  type KubernetesObject,
  parseObject,
  refKey,
  refOf,
  type Service,
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
import { ownerOf, workloadsBeside } from "./old-owner.ts";
import { pairPorts } from "./pair-ports.ts";
import { hostsOf, leadsOnlyTo, namesPort } from "./routes-to.ts";
import { selects, usesOf } from "./uses.ts";

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
  const way = shared && from.service === counterpart?.metadata.name ? "take" : "mirror";
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
  const template = owner.spec?.template;
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

  const uses = usesOf(template?.spec);
  const takenUses = others.map((one) => usesOf(one));
  const own = (object: KubernetesObject): boolean => {
    const { name } = object.metadata;
    if (isHorizontalPodAutoscaler(object)) {
      const target = object.spec?.scaleTargetRef;
      return target?.kind === "Deployment" && target.name === owner.metadata.name;
    }
    const selected = (selector: Parameters<typeof selects>[0]): boolean =>
      selects(selector, template?.metadata?.labels) &&
      !objects
        .filter(isPod)
        .some((pod) => !pods.includes(pod) && !isFairways(pod) && selects(selector, pod.metadata.labels));
    if (isPodDisruptionBudget(object)) return selected(object.spec?.selector);
    if (isNetworkPolicy(object)) return selected(object.spec?.podSelector);
    if (isIngress(object) || isHttpRoute(object)) return leadsOnlyTo(object, from.service);
    if (isServiceAccount(object))
      return name !== "default" && uses.account === name && !takenUses.some(({ account }) => account === name);
    if (isConfigMap(object))
      return uses.configMaps.has(name) && !takenUses.some(({ configMaps }) => configMaps.has(name));
    return false;
  };
  const parts = objects.filter((one) => !isFairways(one) && own(one));
  const keys = new Set(ours.objects.map((one) => refKey(refOf(one))));
  const isTaken = (one: KubernetesObject): boolean => keys.has(refKey(refOf(one)));
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
  const withheld = ours.objects.filter((object) => {
    if (isCronJob(object)) return true;
    if (shared && namespaceWide.has(object.kind)) return true;
    if ((isIngress(object) || isHttpRoute(object)) && hostsOf(object).some((host) => hosts.has(host))) return true;
    return (
      take.some((one) => refKey(refOf(one)) === refKey(refOf(object))) || (way === "take" && object === counterpart)
    );
  });
  const left = leftAlone(survey, owner, [service, owner, ...parts]);
  const wide = shared ? withheld.filter(({ kind }) => namespaceWide.has(kind) && kind !== "Namespace") : [];
  const helm = helmRelease(owner) ?? helmRelease(service);
  const adoption: ClusterAdoption = {
    address: changed(service),
    ports,
    claim: shared && space !== undefined ? changed(space) : undefined,
    take: take.map(changed),
    remove: remove.map(formerOf),
    leave: left,
    pairs: pairsOf(survey, [owner, service, ...parts]),
    withheld: withheld.map((one) => refKey(refOf(one))),
    notes: [
      ...(wide.length > 0 && others.length > 0
        ? [
            `with the confirmation ${wide.map((one) => describeRef(refOf(one))).join(", ")} will hold for all pods of the namespace ${from.namespace}`,
          ]
        : []),
      ...(ours.objects.some(isCronJob)
        ? ["crons of ours begin with the confirmation: end the old ones before, they are left alone"]
        : []),
      ...(way === "mirror"
        ? [
            `the address ${from.service}.${from.namespace} goes with the confirmation: its callers must use ${ours.service}.${ours.namespace} by then`,
          ]
        : []),
      ...(helm === undefined
        ? []
        : [
            `Helm still remembers its release ${helm}: after the confirmation forget it by deleting its Secrets (kubectl delete secret -n ${from.namespace} -l owner=helm,name=${helm}), not by helm uninstall, which deletes by name`,
          ]),
    ],
  };
  return { adoption, findings };
}

type Trouble = readonly [AdoptionFindingCode, string, string];

function troubleOf({ metadata, spec }: Service, way: AdoptionPlan["way"]): readonly Trouble[] {
  const what = `Service/${metadata.name}`;
  const code = "old-kind-of-service";
  if (spec?.type === "ExternalName")
    return [
      [
        code,
        `${what} is a name for ${spec.externalName}: no pods are behind it`,
        "adopt the Service that has the pods",
      ],
    ];
  if (spec?.clusterIP === "None")
    return [
      [
        code,
        `${what} is headless: its callers hold addresses of pods, which no one can lead elsewhere`,
        "let them call an ordinary Service first",
      ],
    ];
  if (Object.keys(spec?.selector ?? {}).length === 0)
    return [[code, `${what} selects no pods: somebody else writes its endpoints`, "adopt a Service with a selector"]];
  const { type = "ClusterIP" } = spec ?? {};
  if (way === "take" && type !== "ClusterIP")
    return [
      [
        code,
        `${what} is of type ${type}, and ours of that name is a ClusterIP: its address outside would go`,
        "let callers come through an Ingress, or patch type into the Service of ours and adopt it into another namespace",
      ],
    ];
  return [];
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
