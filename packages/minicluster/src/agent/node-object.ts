import { statfsSync } from "node:fs";
import { arch, cpus, hostname, platform, release, tmpdir, totalmem } from "node:os";
import type { Lease, Node } from "@fairway/objects";
import { type Clock, microTimestamp, timestamp } from "../clock/clock.ts";
import { sameAsJson } from "../json.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { MANAGER } from "./pod-worker.ts";

/** Nothing is measured: a machine under pressure shows it in other ways. */
const NODE_CONDITIONS = [
  {
    type: "MemoryPressure",
    status: "False",
    reason: "KubeletHasSufficientMemory",
    message: "kubelet has sufficient memory available",
  },
  {
    type: "DiskPressure",
    status: "False",
    reason: "KubeletHasNoDiskPressure",
    message: "kubelet has no disk pressure",
  },
  {
    type: "PIDPressure",
    status: "False",
    reason: "KubeletHasSufficientPID",
    message: "kubelet has sufficient PID available",
  },
  { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
] as const;

export interface NodeCapacity {
  /** Cores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly pods: number;
  /** Bytes. */
  readonly disk: number;
}

const LEASE_NAMESPACE = "kube-node-lease";
/** Kubelet: renewed every 10 s, valid for 40 s. */
const HEARTBEAT_MILLISECONDS = 10_000;
const LEASE_SECONDS = 40;
/** Requests of a laptop's services are for Kubernetes nodes: the processor is promised several times over. */
const CPU_OVERCOMMIT = 4;

/** This machine: all of its memory, and its cores four times over (a difference to Kubernetes). */
export function machineCapacity(): NodeCapacity {
  return { cpu: cpus().length * CPU_OVERCOMMIT, memory: totalmem(), pods: 110, disk: diskSize() };
}

/** Of the disk on which pods' folders lie by default; 0 where the system does not tell. Bytes. */
function diskSize(): number {
  try {
    const { blocks, bsize } = statfsSync(tmpdir());
    return blocks * bsize;
  } catch {
    return 0;
  }
}

/** Keeps the Node object and its heartbeat Lease (in `kube-node-lease`) until the returned stop is called. */
export function keepNode(
  objects: ObjectsApi,
  clock: Clock,
  node: string,
  capacity: NodeCapacity,
  runtimeVersion: string,
  spec?: NonNullable<Node["spec"]>,
): () => void {
  writeNode();
  let cancel = clock.after(0, beat);
  return () => cancel();

  function beat(): void {
    cancel = clock.after(HEARTBEAT_MILLISECONDS, beat);
    renew();
  }

  function writeNode(): void {
    const labels = {
      "kubernetes.io/hostname": node,
      "kubernetes.io/os": platform(),
      "kubernetes.io/arch": arch() === "x64" ? "amd64" : arch(),
    };
    const stored =
      objects.get({ resource: "nodes", name: node }) ??
      objects.create(
        "nodes",
        { apiVersion: "v1", kind: "Node", metadata: { name: node, labels }, ...(spec === undefined ? {} : { spec }) },
        { manager: MANAGER },
      );
    const resources = {
      cpu: String(capacity.cpu),
      memory: String(capacity.memory),
      pods: String(capacity.pods),
      "ephemeral-storage": String(capacity.disk),
    };
    const time = timestamp(clock.now());
    const status: Node["status"] = {
      capacity: resources,
      allocatable: resources,
      addresses: [
        { type: "InternalIP", address: "127.0.0.1" },
        { type: "Hostname", address: node },
      ],
      conditions: NODE_CONDITIONS.map((condition) => ({
        ...condition,
        lastHeartbeatTime: time,
        lastTransitionTime: time,
      })),
      nodeInfo: {
        machineID: hostname(),
        systemUUID: "",
        bootID: "",
        kernelVersion: release(),
        osImage: platform(),
        containerRuntimeVersion: runtimeVersion,
        kubeletVersion: "v1.36.3-fairway",
        kubeProxyVersion: "",
        operatingSystem: platform(),
        architecture: labels["kubernetes.io/arch"],
      },
    };
    if (sameAsJson(status, stored["status"])) return;
    const { resourceVersion: _, ...metadata } = stored.metadata;
    objects.update("nodes", { ...stored, metadata, status }, { manager: MANAGER, subresource: "status" });
  }

  function renew(): void {
    const renewTime = microTimestamp(clock.now());
    const spec = { holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    const stored = objects.get({ resource: "leases", namespace: LEASE_NAMESPACE, name: node });
    const lease: Lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: node, namespace: LEASE_NAMESPACE },
      spec,
    };
    if (stored) objects.update("leases", { ...stored, spec }, { manager: MANAGER });
    else objects.create("leases", lease, { manager: MANAGER });
  }
}
