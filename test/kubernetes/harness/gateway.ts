import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Binaries } from "./binaries.ts";
import type { KubernetesCluster } from "./cluster.ts";

const namespace = "projectcontour";
/** The port where Contour's Envoy takes plain HTTP for a Gateway's listener on port 80. */
const listener = 8080;
const xdsPort = 8001;

/**
 * Contour with Envoy as the cluster's Gateway: HTTPRoutes that name Gateway `projectcontour/contour` as their parent are
 * served.
 *
 * @returns `host:port` that takes requests, routed by their Host
 */
export async function startGateway(cluster: KubernetesCluster, binaries: Binaries, folder: string): Promise<string> {
  const [gatewayApi, contour] = await Promise.all([
    binaries.moduleFolder("sigs.k8s.io/gateway-api"),
    binaries.moduleFolder("github.com/projectcontour/contour"),
  ]);
  const definitions = [
    ...globSync(path.join(gatewayApi, "config/crd/experimental/gateway*.yaml")),
    path.join(contour, "examples/contour/01-crds.yaml"),
  ];
  await cluster.kubectl(["apply", "--server-side", ...definitions.flatMap((file) => ["-f", file])]);
  await cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);

  const settings = path.join(folder, `${cluster.name}.contour.yaml`);
  await writeFile(settings, JSON.stringify({ gateway: { gatewayRef: { namespace, name: "contour" } } }));
  const objects = path.join(folder, `${cluster.name}.gateway.yaml`);
  const kind = (name: string, metadata: object, spec: object = {}) =>
    JSON.stringify({ apiVersion: "gateway.networking.k8s.io/v1", kind: name, metadata, spec });
  await writeFile(
    objects,
    [
      JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
      kind("GatewayClass", { name: "contour" }, { controllerName: "projectcontour.io/gateway-controller" }),
      kind(
        "Gateway",
        { name: "contour", namespace },
        {
          gatewayClassName: "contour",
          listeners: [{ name: "http", protocol: "HTTP", port: 80, allowedRoutes: { namespaces: { from: "All" } } }],
        },
      ),
    ].join("\n---\n"),
  );
  await cluster.kubectl(["apply", "-f", objects]);
  await cluster.run("contour", [
    binaries.contour,
    "serve",
    `--kubeconfig=${cluster.kubeconfigPath}`,
    "--xds-address=127.0.0.1",
    `--xds-port=${xdsPort}`,
    "--insecure",
    "--disable-leader-election",
    "-c",
    settings,
  ]);
  const bootstrap = path.join(folder, `${cluster.name}.envoy.json`);
  await promisify(execFile)(binaries.contour, [
    "bootstrap",
    bootstrap,
    "--xds-address=127.0.0.1",
    `--xds-port=${xdsPort}`,
    "--xds-resource-version=v3",
  ]);
  const envoy = JSON.parse(await readFile(bootstrap, "utf8"));
  envoy.admin.address = { socket_address: { address: "127.0.0.1", port_value: 9901 } };
  await writeFile(bootstrap, JSON.stringify(envoy));
  await cluster.run("envoy", [
    binaries.envoy,
    "-c",
    bootstrap,
    "--service-cluster",
    namespace,
    "--service-node",
    "envoy",
    "--concurrency",
    "1",
  ]);
  await cluster.kubectl([
    "wait",
    "--for=condition=Programmed",
    "gateway/contour",
    `--namespace=${namespace}`,
    "--timeout=120s",
  ]);
  return `${cluster.nodeAddress}:${listener}`;
}
