import { type Deployment, isDeployment, isService, type KubernetesObject, type Service } from "@fairway/objects";
import { releaseLabel, slotLabel } from "./labels.ts";

/** One of the two sets of workloads that a service may have in a cluster. */
export type Slot = "a" | "b";

type Labels = Readonly<Record<string, string>>;

/**
 * Makes slot-neutral objects ready to apply: the workload becomes `<service>-<slot>` and selects its own pods only, the
 * stable Service leads to this slot, and everything, pod templates included, carries the release's name. Keeps order and
 * input.
 */
export function placeInSlot(
  objects: readonly KubernetesObject[],
  slot: Slot,
  releaseName: string,
): readonly KubernetesObject[] {
  return objects.map((object) => {
    const stamped = {
      ...object,
      metadata: { ...object.metadata, labels: release(object.metadata.labels, releaseName) },
    };
    if (isDeployment(stamped)) return placedDeployment(stamped, slot, releaseName);
    if (isService(stamped)) return placedService(stamped, slot);
    return stamped;
  });
}

/** Name of a service's Deployment in a slot. */
export function workloadName(service: string, slot: Slot): string {
  return `${service}-${slot}`;
}

function release(labels: Labels | undefined, releaseName: string): Labels {
  return { ...labels, [releaseLabel]: releaseName };
}

function placedDeployment(object: Deployment, slot: Slot, releaseName: string): Deployment {
  const metadata = {
    ...object.metadata,
    name: workloadName(object.metadata.name, slot),
    labels: { ...object.metadata.labels, [slotLabel]: slot },
  };
  const { spec } = object;
  if (spec === undefined) return { ...object, metadata };
  const { selector, template } = spec;
  const templateLabels = { ...release(template.metadata?.labels, releaseName), [slotLabel]: slot };
  return {
    ...object,
    metadata,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [slotLabel]: slot } },
      template: { ...template, metadata: { ...template.metadata, labels: templateLabels } },
    },
  };
}

function placedService(object: Service, slot: Slot): Service {
  const { spec } = object;
  if (spec?.selector === undefined) return object;
  return { ...object, spec: { ...spec, selector: { ...spec.selector, [slotLabel]: slot } } };
}
