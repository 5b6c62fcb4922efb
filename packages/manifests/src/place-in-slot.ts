import {
  type CronJob,
  type Deployment,
  type HorizontalPodAutoscaler,
  isCronJob,
  isDeployment,
  isHorizontalPodAutoscaler,
  isJob,
  isPodDisruptionBudget,
  isService,
  type Job,
  type KubernetesObject,
  type PodDisruptionBudget,
  type PodTemplateSpec,
  type Service,
} from "@fairway/objects";
import { extraLabel, releaseLabel, slotLabel } from "./labels.ts";

/** One of the two sets of workloads that a service may have in a cluster. */
export type Slot = "a" | "b";

type Labels = Readonly<Record<string, string>>;

/**
 * Makes slot-neutral objects ready to apply: workloads, and what watches over them, become `<name>-<slot>` and select their
 * own pods only, the stable Service leads to this slot, and everything, pod templates included, carries the release's name.
 * What the team brought itself has no slot, and its pods outlive a release. Keeps order and input.
 */
export function placeInSlot(
  objects: readonly KubernetesObject[],
  slot: Slot,
  releaseName: string,
): readonly KubernetesObject[] {
  const release: Labels = { [releaseLabel]: releaseName };
  return objects.map((object) => {
    const stamped = labelled(object, release);
    if (object.metadata.labels?.[extraLabel] !== undefined) return stamped;
    if (isDeployment(stamped)) return placedDeployment(stamped, slot, release);
    if (isHorizontalPodAutoscaler(stamped)) return placedAutoscaler(stamped, slot);
    if (isPodDisruptionBudget(stamped)) return placedBudget(stamped, slot);
    if (isService(stamped)) return placedService(stamped, slot);
    if (isCronJob(stamped)) return stampedCronJob(stamped, release);
    if (isJob(stamped)) return stampedJob(stamped, release);
    return stamped;
  });
}

/** Name of a workload in a slot: of a service's Deployment, or of one of several. */
export function workloadName(name: string, slot: Slot): string {
  return `${name}-${slot}`;
}

function labelled<T extends KubernetesObject>(object: T, labels: Labels): T {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } };
}

function inSlot<T extends KubernetesObject>(object: T, slot: Slot): T {
  const { metadata } = labelled(object, { [slotLabel]: slot });
  return { ...object, metadata: { ...metadata, name: workloadName(metadata.name, slot) } };
}

function template(of: PodTemplateSpec, labels: Labels): PodTemplateSpec {
  return { ...of, metadata: { ...of.metadata, labels: { ...of.metadata?.labels, ...labels } } };
}

function placedDeployment(object: Deployment, slot: Slot, release: Labels): Deployment {
  const placed = inSlot(object, slot);
  const { spec } = placed;
  if (spec === undefined) return placed;
  const { selector } = spec;
  return {
    ...placed,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [slotLabel]: slot } },
      template: template(spec.template, { ...release, [slotLabel]: slot }),
    },
  };
}

function placedAutoscaler(object: HorizontalPodAutoscaler, slot: Slot): HorizontalPodAutoscaler {
  const placed = inSlot(object, slot);
  const { spec } = placed;
  if (spec === undefined) return placed;
  const { scaleTargetRef } = spec;
  const name = workloadName(scaleTargetRef.name, slot);
  return { ...placed, spec: { ...spec, scaleTargetRef: { ...scaleTargetRef, name } } };
}

function placedBudget(object: PodDisruptionBudget, slot: Slot): PodDisruptionBudget {
  const placed = inSlot(object, slot);
  const { spec } = placed;
  if (spec === undefined) return placed;
  const selector = { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, [slotLabel]: slot } };
  return { ...placed, spec: { ...spec, selector } };
}

function placedService(object: Service, slot: Slot): Service {
  const { spec } = object;
  if (spec?.selector === undefined) return object;
  return { ...object, spec: { ...spec, selector: { ...spec.selector, [slotLabel]: slot } } };
}

function stampedCronJob(object: CronJob, release: Labels): CronJob {
  const { spec } = object;
  const job = spec?.jobTemplate.spec;
  if (spec === undefined || job === undefined) return object;
  const stamped = { ...job, template: template(job.template, release) };
  return { ...object, spec: { ...spec, jobTemplate: { ...spec.jobTemplate, spec: stamped } } };
}

function stampedJob(object: Job, release: Labels): Job {
  const { spec } = object;
  return spec === undefined ? object : { ...object, spec: { ...spec, template: template(spec.template, release) } };
}
