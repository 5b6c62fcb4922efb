import type { Condition, ContainerStatus, Pod } from "@fairway/objects";

/** `Type=Status Reason` of each condition, sorted. */
export function conditionsOf(of: { readonly status?: { readonly conditions?: readonly Condition[] } }): string[] {
  return (of.status?.conditions ?? [])
    .map(({ type, status, reason }) => `${type}=${status}${reason === undefined ? "" : ` ${reason}`}`)
    .toSorted();
}

export function conditionOf(
  of: { readonly status?: { readonly conditions?: readonly Condition[] } },
  type: string,
): Condition | undefined {
  return of.status?.conditions?.find((condition) => condition.type === type);
}

/** The status of a container, also of an init container; the first unless named. */
export function containerOf({ status }: Pod, name?: string): ContainerStatus | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return name === undefined ? all[0] : all.find((one) => one.name === name);
}

/** How the container ended, or ended the last time. */
export function endOf(pod: Pod, name?: string) {
  const status = containerOf(pod, name);
  return status?.state?.terminated ?? status?.lastState?.terminated;
}

/** Why the container waits. */
export function waitingOf(pod: Pod, name?: string): string | undefined {
  return containerOf(pod, name)?.state?.waiting?.reason;
}
