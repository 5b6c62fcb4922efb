import { type ContainerStatus, isPod, type Pod } from "@fairway/objects";
import type { LogOptions, ObjectsApi, PodLogs } from "../objects-api.ts";
import { badRequest, notFound } from "../status.ts";

/** The log of a container by the `containerID` of its status; undefined when there is none (any more). */
export type ReadContainerLog = (
  containerID: string,
  options: LogOptions,
  signal: AbortSignal,
) => AsyncIterable<Uint8Array> | undefined;

/** Logs of the pods of this node. Which log is meant, and what is said when there is none, is as in the kubelet (`validateContainerLogStatus`). */
export function podLogs(objects: ObjectsApi, readContainerLog: ReadContainerLog): PodLogs {
  return {
    read({ namespace, name }, options, signal) {
      const pod = objects.get({ resource: "pods", namespace, name });
      if (!pod || !isPod(pod)) throw notFound({ group: "", resource: "pods" }, name);
      const container = containerName(pod, options.container);
      const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
      const status = statuses.find((one) => one.name === container);
      const id = containerID(name, container, status, options.previous ?? false);
      const log = readContainerLog(id, options, signal);
      if (log === undefined) throw badRequest(`unable to retrieve container logs for ${id}`);
      return log;
    },
  };
}

function containerName(pod: Pod, wanted: string | undefined): string {
  const names = (pod.spec?.containers ?? []).map(({ name }) => name);
  const inits = (pod.spec?.initContainers ?? []).map(({ name }) => name);
  const [first] = names;
  if (wanted === undefined || wanted === "") {
    if (names.length === 1 && first !== undefined) return first;
    const choice = [...inits, ...names].join(" ");
    throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${choice}]`);
  }
  if (!names.includes(wanted) && !inits.includes(wanted)) {
    throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
  }
  return wanted;
}

function containerID(pod: string, container: string, status: ContainerStatus | undefined, previous: boolean): string {
  const last = status?.lastState?.terminated?.containerID;
  const where = `container "${container}" in pod "${pod}"`;
  if (previous) {
    if (last === undefined) throw badRequest(`previous terminated ${where} not found`);
    return last;
  }
  const { running, terminated, waiting } = status?.state ?? {};
  if (running && status?.containerID !== undefined) return status.containerID;
  const ended = terminated?.containerID ?? last;
  if (ended !== undefined) return ended;
  if (terminated) throw badRequest(`${where} is terminated`);
  switch (waiting?.reason) {
    case "ErrImagePull":
      throw badRequest(`${where} is waiting to start: image can't be pulled`);
    case "ImagePullBackOff":
      throw badRequest(`${where} is waiting to start: trying and failing to pull image`);
    default:
      throw badRequest(`${where} is waiting to start: ${waiting?.reason ?? "ContainerCreating"}`);
  }
}
