import {
  type Deployment,
  isCronJob,
  isDeployment,
  isPod,
  isReplicaSet,
  type KubernetesObject,
  type Pod,
} from "@fairway/objects";
import type { AdoptionFindingCode } from "./adoption-plan.ts";
import { isFairways } from "./fairways.ts";

/** The one Deployment that all pods are of. */
export function ownerOf(
  pods: readonly Pod[],
  objects: readonly KubernetesObject[],
  find: (code: AdoptionFindingCode, message: string, advice: string) => void,
): Deployment | undefined {
  const owners = new Map<string, Deployment | undefined>();
  for (const { metadata } of pods) {
    const controller = metadata.ownerReferences?.find((one) => one.controller === true);
    const set = objects.filter(isReplicaSet).find((one) => one.metadata.uid === controller?.uid);
    const above = set?.metadata.ownerReferences?.find((one) => one.controller === true) ?? controller;
    const deployment = objects.filter(isDeployment).find((one) => one.metadata.uid === above?.uid);
    owners.set(above === undefined ? `Pod/${metadata.name}` : `${above.kind}/${above.name}`, deployment);
  }
  const names = [...owners.keys()];
  if (names.length === 0) find("old-not-ready", "no pods are behind the Service", "adopt it when it serves");
  if (names.length > 1)
    find(
      "old-several-owners",
      `the pods behind the Service are of ${names.join(", ")}`,
      "let the Service select the pods of one Deployment",
    );
  const [name] = names;
  const owner = [...owners.values()][0];
  if (names.length === 1 && owner === undefined)
    find(
      "old-not-a-deployment",
      `the pods behind the Service are run by ${name}`,
      "only what a Deployment runs can be adopted: what has disks or identities of its own stays where it is, as an external dependency",
    );
  return names.length === 1 ? owner : undefined;
}

/** Specifications of pods that are not the old service's, nor ours. */
export function workloadsBeside(
  owner: Deployment,
  objects: readonly KubernetesObject[],
): readonly NonNullable<Pod["spec"]>[] {
  const own = objects
    .filter(isReplicaSet)
    .filter((set) => set.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid));
  const isOwn = ({ metadata }: Pod): boolean =>
    own.some(({ metadata: { uid } }) => metadata.ownerReferences?.some((one) => one.uid === uid));
  const specs: (NonNullable<Pod["spec"]> | undefined)[] = [
    ...objects
      .filter(isPod)
      .filter((pod) => !isOwn(pod) && !isFairways(pod))
      .map(({ spec }) => spec),
    // Those that are scaled to nothing, or between two runs.
    ...objects
      .filter(isDeployment)
      .filter((one) => one !== owner && !isFairways(one))
      .map(({ spec }) => spec?.template.spec),
    ...objects
      .filter(isCronJob)
      .filter((one) => !isFairways(one))
      .map(({ spec }) => spec?.jobTemplate.spec?.template.spec),
  ];
  return specs.filter((spec) => spec !== undefined);
}
