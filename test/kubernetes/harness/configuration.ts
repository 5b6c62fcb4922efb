/** The files that a cluster's programs read. */
import path from "node:path";

export interface User {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
}

/** Who may talk to the API server besides service accounts; it decides what they may by RBAC and by their groups. */
export function clusterUsers(node: string, token: () => string): readonly User[] {
  return [
    { name: "admin", groups: ["system:masters"], token: token() },
    { name: "system:kube-controller-manager", groups: [], token: token() },
    { name: "system:kube-scheduler", groups: [], token: token() },
    { name: "system:kube-proxy", groups: [], token: token() },
    { name: `system:node:${node}`, groups: ["system:nodes"], token: token() },
  ];
}

/** The format of `--token-auth-file`. */
export function tokenFile(users: readonly User[]): string {
  return users
    .map(
      ({ name, token, groups }) => `${token},${name},${name}${groups.length === 0 ? "" : `,"${groups.join(",")}"`}\n`,
    )
    .join("");
}

export function kubeconfig(of: {
  readonly cluster: string;
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  readonly user: User;
}): string {
  return `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": of.cluster,
      clusters: [
        {
          name: of.cluster,
          cluster: {
            server: of.server,
            "certificate-authority-data": Buffer.from(of.authority).toString("base64"),
          },
        },
      ],
      users: [{ name: of.user.name, user: { token: of.user.token } }],
      contexts: [{ name: of.cluster, context: { cluster: of.cluster, user: of.user.name } }],
    },
    undefined,
    2,
  )}\n`;
}

/** containerd 1.6 with the CRI plugin; everything it keeps lies below `folder`. */
export function containerdConfig(folder: string, pauseImage: string): string {
  return `
version = 2
root = "${folder}/root"
state = "${folder}/state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Without root over the whole machine a sandbox may not lower its own score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${folder}/registries"
`;
}

/** How containerd reaches a registry: by plain HTTP, or with the certificate in a file. */
export function registryHosts(address: string, authorityFile: string | undefined): string {
  const server = `${authorityFile === undefined ? "http" : "https"}://${address}`;
  const authority = authorityFile === undefined ? "" : `  ca = "${authorityFile}"\n`;
  return `server = "${server}"\n[host."${server}"]\n  capabilities = ["pull", "resolve"]\n${authority}`;
}

export function networkConfig(pods: string): string {
  return JSON.stringify({
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        hairpinMode: true,
        ipam: { type: "host-local", ranges: [[{ subnet: pods }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
}

export function kubeletConfig(of: { readonly folder: string; readonly dns: string; readonly cgroup: string }): string {
  return JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    // Logs are read through the API server, which has no certificate that this kubelet knows.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: of.cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [of.dns],
    clusterDomain: "cluster.local",
    resolvConf: path.join(of.folder, "resolv.conf"),
    containerRuntimeEndpoint: `unix://${of.folder}/containerd/containerd.sock`,
    podLogsDir: `${of.folder}/pod-logs`,
    // The disk is everybody's, and images are few.
    evictionHard: { "nodefs.available": "0%", "imagefs.available": "0%", "memory.available": "50Mi" },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: "4s",
    registryPullQPS: 0,
    kubeAPIQPS: 50,
    kubeAPIBurst: 100,
    eventRecordQPS: 0,
    shutdownGracePeriod: "0s",
    volumeStatsAggPeriod: "10m",
    syncFrequency: "10s",
  });
}

export function proxyConfig(kubeconfigFile: string, pods: string, node: string): string {
  return JSON.stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: kubeconfigFile },
    clusterCIDR: pods,
    hostnameOverride: node,
    mode: "iptables",
    conntrack: { maxPerCore: 0, min: 0 },
  });
}

export function corefile(address: string, kubeconfigFile: string): string {
  return `.:53 {
  bind ${address}
  errors
  ready ${address}:8181
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigFile}
    ttl 1
  }
}
`;
}
