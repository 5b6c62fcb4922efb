import { type Deployment, describeRef, type KubernetesObject, refOf } from "@fairway/objects";
import type { AdoptionPlan, ClusterAdoption } from "./adoption-plan.ts";
import { isFairways } from "./fairways.ts";
import { helmRelease } from "./made-by.ts";
import { usesOf } from "./uses.ts";

/** Kinds that are told of when they stay; nobody wants a list of all ConfigMaps. */
const toldKinds = new Set([
  "Deployment",
  "Service",
  "CronJob",
  "Ingress",
  "HTTPRoute",
  "HorizontalPodAutoscaler",
  "PodDisruptionBudget",
]);

/** What is beside the old service, or used by it, and why it is not touched. @param decided what is decided on */
export function leftAlone(
  { objects, from }: { readonly objects: readonly KubernetesObject[]; readonly from: AdoptionPlan["from"] },
  owner: Deployment,
  decided: readonly KubernetesObject[],
): ClusterAdoption["leave"] {
  const { claims, secrets, configMaps, account } = usesOf(owner.spec?.template.spec);
  const named = new Set(decided.map((one) => describeRef(refOf(one))));
  const used = [
    ...[...claims].map((name) => ({
      object: `PersistentVolumeClaim/${name}`,
      why: "its data is nobody's to delete here; ours does not mount it",
    })),
    ...[...secrets].map((name) => ({ object: `Secret/${name}`, why: "secrets are not read, and others may use them" })),
    ...[...configMaps].map((name) => ({ object: `ConfigMap/${name}`, why: "others use it too" })),
    ...(account === undefined || account === "default"
      ? []
      : [{ object: `ServiceAccount/${account}`, why: "others use it too" }]),
  ].filter(({ object }) => !named.has(object));
  const helm = helmRelease(owner);
  const beside = objects
    .filter((one) => toldKinds.has(one.kind) && !isFairways(one) && !named.has(describeRef(refOf(one))))
    .map((one) => ({
      object: describeRef(refOf(one)),
      why:
        helm !== undefined && helmRelease(one) === helm
          ? `of the same Helm release, and not of Service/${from.service} alone`
          : `not of Service/${from.service}`,
    }));
  return [...used, ...beside];
}
