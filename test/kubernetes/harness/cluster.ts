import { execFile, execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type KubernetesClient, kubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import type { Binaries } from "./binaries.ts";
import * as configuration from "./configuration.ts";
import { pauseImage } from "./images.ts";
import { cgroupName, controllers, ip, type Slot } from "./machine.ts";
import { openNamespaces } from "./namespaces.ts";

export type Component = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kubelet";

export interface KubernetesCluster {
  readonly name: string;
  /** Somebody who may do everything. */
  readonly kubeconfig: string;
  readonly kubeconfigPath: string;
  readonly client: KubernetesClient;
  /** Of the one node, reachable from this process; so are the addresses of pods and services. */
  readonly nodeAddress: string;
  /** `SIGTERM` unless told; resolves when it has ended. */
  stop(component: Component, signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Resolves when it answers. */
  start(component: Component): Promise<void>;
  /** It stands still, its connections open: whoever asks waits. */
  freeze(component: Component): Promise<void>;
  /** It goes on where it stood still; resolves when it answers. */
  thaw(component: Component): Promise<void>;
  /** Saves what etcd holds at this moment; the API is away for a second. */
  backUp(): Promise<void>;
  /** Takes the cluster back to `backUp`; the API is away for a second. */
  restore(): Promise<void>;
  kubectl(args: readonly string[]): Promise<string>;
  /** Runs another program of the cluster's network until the cluster is closed. */
  run(name: string, command: readonly [string, ...string[]]): Promise<void>;
  /** Lets the node pull from another registry, `host:port`: by plain HTTP, or trusting a certificate, PEM. */
  allowRegistry(address: string, certificateAuthority?: string): Promise<void>;
  /** The last lines of what a program wrote. */
  log(program: string): Promise<string>;
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** A node that runs containers, with service addresses and DNS. */
  readonly kubelet: boolean;
  /** `host:port` of the registry that the node may pull from by plain HTTP. */
  readonly registry: string;
}

const startDeadline = 120_000;

/**
 * Programs that lead by election, as everywhere: one that cannot renew its lease for 10 s (the API is away) ends, and its node starts it
 * anew. Without, it would go on with what it remembers: after an outage client-go's reflectors come back one by one within up to two
 * minutes (back-off up to 30 s, doubled by jitter; then the API, itself started anew, calls their place too old and they wait once more).
 * Seen here: the Deployment controller went on with a rolling update 53 s after the Deployment had been set back, and the
 * EndpointSlice controller named the pod that was deleted so for 7 s, 3 of them after it had ended.
 */
const elected: ReadonlySet<string> = new Set<Component>(["kube-controller-manager", "kube-scheduler"]);

/** Before an elected program is started anew, in milliseconds: the first back-off of a kubelet. */
const restartPause = 10_000;

/** Starts the control plane of Kubernetes, and a node if asked for, in namespaces of their own. */
export async function startCluster(
  slot: Slot,
  index: number,
  binaries: Binaries,
  options: ClusterOptions,
): Promise<KubernetesCluster> {
  const name = `kubernetes-${String.fromCharCode(97 + index)}`;
  const node = `node-${name.slice(-1)}`;
  const folder = path.join(slot.folder, name);
  const nodeAddress = slot.nodeAddress(index);
  const network = slot.clusterNetwork(index);
  const server = `https://${nodeAddress}:6443`;
  const logOf = (program: string) => path.join(folder, `${program}.log`);
  const file = (relative: string) => path.join(folder, relative);
  await mkdir(file("containerd/cni"), { recursive: true });
  await mkdir(file("kubelet"), { recursive: true });

  const ended = new Map<string, string>();
  /** Elected programs that nobody has stopped, and how each is started anew. */
  const kept = new Map<string, () => Promise<void>>();
  const namespaces = await openNamespaces(folder, (program, status) => {
    ended.set(program, status);
    void appendFile(logOf(program), `\n${program} ended by itself: ${status}\n`);
    const again = kept.get(program);
    if (again === undefined) return;
    setTimeout(() => kept.get(program) === again && void again().catch(() => undefined), restartPause).unref();
  });
  try {
    await connectNetwork(slot, index, namespaces.pid);
    const users = configuration.clusterUsers(node, () => randomBytes(16).toString("hex"));
    await writeFile(file("tokens.csv"), configuration.tokenFile(users), { mode: 0o600 });
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await writeFile(file("service-account.key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });

    const component = (program: string, ...flags: readonly string[]): readonly [string, ...string[]] => [
      binaries.components,
      program,
      ...flags,
    ];
    const userConfig = (who: string) => file(`${who}.kubeconfig`);
    const commands: Readonly<Record<Component | "kube-proxy" | "coredns", readonly [string, ...string[]]>> = {
      etcd: component(
        "etcd",
        `--data-dir=${file("etcd")}`,
        "--unsafe-no-fsync",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
      ),
      "kube-apiserver": component(
        "kube-apiserver",
        "--etcd-servers=http://127.0.0.1:2379",
        `--token-auth-file=${file("tokens.csv")}`,
        "--authorization-mode=Node,RBAC",
        `--cert-dir=${file("certificates")}`,
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-account-key-file=${file("service-account.key")}`,
        `--service-account-signing-key-file=${file("service-account.key")}`,
        `--service-cluster-ip-range=${network.services}`,
        "--endpoint-reconciler-type=none",
        "--bind-address=0.0.0.0",
        `--advertise-address=${nodeAddress}`,
        "--kubelet-preferred-address-types=InternalIP",
        "--allow-privileged",
      ),
      "kube-controller-manager": component(
        "kube-controller-manager",
        `--kubeconfig=${userConfig("system:kube-controller-manager")}`,
        "--use-service-account-credentials",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        `--root-ca-file=${file("certificates/apiserver.crt")}`,
        `--service-account-private-key-file=${file("service-account.key")}`,
        "--allocate-node-cidrs",
        `--cluster-cidr=${network.pods}`,
        `--service-cluster-ip-range=${network.services}`,
        "--node-cidr-mask-size=24",
      ),
      "kube-scheduler": component(
        "kube-scheduler",
        `--kubeconfig=${userConfig("system:kube-scheduler")}`,
        "--kube-api-qps=200",
        "--kube-api-burst=400",
      ),
      kubelet: component(
        "kubelet",
        `--kubeconfig=${userConfig(`system:node:${node}`)}`,
        `--config=${file("kubelet.json")}`,
        `--root-dir=${file("kubelet")}`,
        `--hostname-override=${node}`,
        `--node-ip=${nodeAddress}`,
      ),
      "kube-proxy": component("kube-proxy", `--config=${file("kube-proxy.json")}`),
      coredns: component("coredns", `-conf=${file("Corefile")}`),
    };
    const startProgram = (program: keyof typeof commands): Promise<void> => {
      ended.delete(program);
      if (elected.has(program)) kept.set(program, () => startProgram(program));
      return namespaces.start({ name: program, command: commands[program], log: logOf(program) });
    };
    const stopProgram = (program: keyof typeof commands, signal?: "SIGTERM" | "SIGKILL"): Promise<void> => {
      kept.delete(program);
      return namespaces.stop(program, signal);
    };
    /** Waits until a program is up; tells what it wrote when it ends instead, or takes too long. */
    const isReady = async (program: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
      const deadline = Date.now() + startDeadline;
      while (!(await condition())) {
        const late = Date.now() > deadline;
        if (late || ended.has(program)) {
          const lines = (await readFile(logOf(program), "utf8").catch(() => "")).split("\n").slice(-15).join("\n");
          throw new Error(`${name}: ${program} ${late ? "does not answer" : "ended"}\n${lines}`);
        }
        await pause(50);
      }
    };

    await startProgram("etcd");
    await startProgram("kube-apiserver");
    // It writes the key after the certificate, which may be half written until then.
    await isReady("kube-apiserver", () => existsSync(file("certificates/apiserver.key")));
    const authority = await readFile(file("certificates/apiserver.crt"), "utf8");
    for (const user of users) {
      await writeFile(userConfig(user.name), configuration.kubeconfig({ cluster: name, server, authority, user }), {
        mode: 0o600,
      });
    }
    const kubeconfigPath = userConfig("admin");
    const kubeconfig = await readFile(kubeconfigPath, "utf8");
    const client = kubernetesClient(kubeconfig);

    const answers = async (where: string): Promise<boolean> =>
      client.request("GET", where).then(
        ({ code }) => code === 200,
        () => false,
      );
    const nodeReady = async (): Promise<boolean> => {
      const { body } = await client.request("GET", `/api/v1/nodes/${node}`).catch(() => ({ body: {} }));
      return JSON.stringify(body).includes('"type":"Ready"') && /"reason":"KubeletReady"/.test(JSON.stringify(body));
    };
    const isUp: Readonly<Record<Component, () => Promise<boolean>>> = {
      etcd: async () => true,
      "kube-apiserver": () => answers("/readyz"),
      // These two open their ports on the cluster's own loopback; what they do is seen by what they make.
      "kube-controller-manager": () => answers("/api/v1/namespaces/default/serviceaccounts/default"),
      "kube-scheduler": async () => true,
      kubelet: nodeReady,
    };
    const start = async (which: Component) => {
      await startProgram(which);
      await isReady(which, isUp[which]);
    };
    await isReady("kube-apiserver", isUp["kube-apiserver"]);
    await start("kube-controller-manager");
    await start("kube-scheduler");
    if (options.kubelet) await startNode();

    async function allowRegistry(address: string, certificateAuthority?: string): Promise<void> {
      const place = file(`containerd/registries/${address}`);
      await mkdir(place, { recursive: true });
      const trusted = certificateAuthority === undefined ? undefined : path.join(place, "ca.crt");
      if (trusted !== undefined) await writeFile(trusted, certificateAuthority ?? "");
      await writeFile(path.join(place, "hosts.toml"), configuration.registryHosts(address, trusted));
    }

    async function startNode(): Promise<void> {
      await allowRegistry(options.registry);
      const cgroup = `${cgroupName(slot.number)}/${name}`;
      for (const controller of controllers()) await mkdir(path.join(controller, cgroup), { recursive: true });
      const written: Readonly<Record<string, string>> = {
        "containerd/config.toml": configuration.containerdConfig(
          file("containerd"),
          `${options.registry}/${pauseImage}`,
        ),
        "containerd/cni/10-pods.conflist": configuration.networkConfig(network.pods),
        "kubelet.json": configuration.kubeletConfig({ folder, dns: nodeAddress, cgroup: `/${cgroup}` }),
        "kube-proxy.json": configuration.proxyConfig(userConfig("system:kube-proxy"), network.pods, node),
        Corefile: configuration.corefile(nodeAddress, kubeconfigPath),
        // Names of the world are not for tests.
        "resolv.conf": "nameserver 127.0.0.1\n",
      };
      for (const [relative, content] of Object.entries(written)) await writeFile(file(relative), content);
      await namespaces.start({
        name: "containerd",
        command: ["containerd", "--config", file("containerd/config.toml")],
        log: logOf("containerd"),
      });
      await isReady("containerd", () => existsSync(file("containerd/containerd.sock")));
      await Promise.all([startProgram("kube-proxy"), startProgram("coredns"), start("kubelet")]);
      await isReady("coredns", () =>
        fetch(`http://${nodeAddress}:8181/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
    }

    const withoutApi = async (work: () => Promise<void>): Promise<void> => {
      // Asked politely it waits a minute for open watches to end; it keeps nothing that could be lost.
      await stopProgram("kube-apiserver", "SIGKILL");
      await stopProgram("etcd");
      await work();
      await start("etcd");
      await start("kube-apiserver");
    };
    return {
      name,
      kubeconfig,
      kubeconfigPath,
      client,
      nodeAddress,
      stop: stopProgram,
      start,
      freeze: (which) => namespaces.signal(which, "SIGSTOP"),
      async thaw(which) {
        await namespaces.signal(which, "SIGCONT");
        await isReady(which, isUp[which]);
      },
      backUp: () =>
        withoutApi(async () => {
          await rm(file("etcd.backup"), { recursive: true, force: true });
          await cp(file("etcd"), file("etcd.backup"), { recursive: true });
        }),
      async restore() {
        // Who follows the API remembers the time that is taken back and would wait for it to come again: all start anew, as etcd's
        // guide to recovery says.
        const node = options.kubelet ? (["kubelet", "kube-proxy", "coredns"] as const) : [];
        const followers = ["kube-controller-manager", "kube-scheduler", ...node] as const;
        for (const one of followers) await stopProgram(one, "SIGKILL");
        await withoutApi(async () => {
          await rm(file("etcd"), { recursive: true, force: true });
          await cp(file("etcd.backup"), file("etcd"), { recursive: true });
        });
        await Promise.all(followers.map(startProgram));
        if (options.kubelet) await isReady("kubelet", isUp.kubelet);
      },
      async kubectl(args) {
        const command = ["kubectl", "--kubeconfig", kubeconfigPath, ...args];
        return (await promisify(execFile)(binaries.components, command, { timeout: 120_000 })).stdout;
      },
      run: (program, command) => namespaces.start({ name: program, command, log: logOf(program) }),
      allowRegistry,
      log: async (program) => (await readFile(logOf(program), "utf8")).split("\n").slice(-50).join("\n"),
      async close() {
        client.close();
        kept.clear();
        await namespaces.close();
      },
    };
  } catch (error) {
    await namespaces.close();
    throw error;
  }
}

/** A cable from the run's bridge into the cluster, and the way to its services and pods. */
async function connectNetwork(slot: Slot, index: number, pid: number): Promise<void> {
  const cable = `${slot.bridge}c${index}`;
  const address = slot.nodeAddress(index);
  await ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", String(pid));
  await ip("link", "set", cable, "master", slot.bridge, "up");
  const inside = (...args: readonly string[]) =>
    execFileSync("nsenter", ["--target", String(pid), "--net", "ip", ...args], { timeout: 20_000 });
  inside("addr", "add", `${address}/24`, "dev", "eth0");
  inside("link", "set", "eth0", "up");
  inside("route", "add", "default", "via", slot.address);
  const network = slot.clusterNetwork(index);
  for (const range of [network.services, network.pods]) await ip("route", "replace", range, "via", address);
}
