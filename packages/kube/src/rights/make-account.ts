import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { ClusterError } from "@fairway/rollout";
import { parseAllDocuments } from "yaml";
import { type ApiClient, createApiClient } from "../http/api-client.ts";
import { field, textField } from "../http/json-field.ts";
import { socketTransport } from "../http/socket-transport.ts";
import { openCredentials } from "../kubeconfig/credentials.ts";
import { type Kubeconfig, type KubeconfigSource, loadKubeconfig } from "../kubeconfig/load-kubeconfig.ts";
import { systemTime } from "../system-time.ts";
import { account, accountYaml } from "./account.ts";

/** Where the kinds of `accountYaml` are; the namespace of the account goes before the namespaced ones. */
const paths: Readonly<Record<string, string>> = {
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  Namespace: "/api/v1/namespaces",
  ServiceAccount: `/api/v1/namespaces/${account.namespace}/serviceaccounts`,
  Secret: `/api/v1/namespaces/${account.namespace}/secrets`,
};
/** How long the cluster may take to fill the account's Secret, in milliseconds. */
const tokenPatience = 60_000;

export interface MakeAccountOptions extends KubeconfigSource {
  /** What Fairway will call the cluster. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

/**
 * Makes Fairway's account in a cluster (`accountYaml`), or brings it up to date, with the rights of somebody who may create
 * cluster roles.
 *
 * @returns a kubeconfig of the account: the same API, and its token; nothing of who made it
 * @throws KubeconfigError; ClusterError when the API refuses, cannot be reached, or fills no token within a minute
 */
export async function makeAccount(options: MakeAccountOptions): Promise<string> {
  const config = await loadKubeconfig(options);
  const credentials = await openCredentials(options);
  const client = createApiClient(socketTransport(credentials), {
    cluster: options.name,
    host: credentials.server.host,
    time: systemTime,
    deadline: 20_000,
    firstWait: 200,
  });
  try {
    for (const document of parseAllDocuments(accountYaml())) {
      const object: unknown = document.toJS();
      await client.json(
        {
          method: "PATCH",
          path: `${paths[textField(object, "kind")]}/${textField(field(object, "metadata"), "name")}`,
          // A role of an earlier version is replaced, whoever applied it.
          query: { fieldManager: "fairway-account", force: "true" },
          body: { contentType: "application/apply-patch+yaml", text: JSON.stringify(object) },
        },
        { repeatable: true, signal: options.signal },
      );
    }
    return await kubeconfigOf(options.name, config, await tokenOf(client, options.signal));
  } finally {
    credentials.close();
  }
}

async function tokenOf(client: ApiClient, signal: AbortSignal | undefined): Promise<string> {
  const path = `${paths["Secret"]}/${account.token}`;
  const end = performance.now() + tokenPatience;
  for (;;) {
    const secret = await client.json({ method: "GET", path }, { repeatable: true, signal });
    const token = Buffer.from(textField(field(secret, "data"), "token"), "base64").toString();
    if (token !== "") return token;
    if (performance.now() > end)
      throw new ClusterError("unknown", client.cluster, `the cluster puts no token into the Secret ${account.token}`);
    await pause(200, undefined, { signal });
  }
}

async function kubeconfigOf(name: string, config: Kubeconfig, token: string): Promise<string> {
  const { authority, server, serverName, skipVerify, proxy } = config;
  const data = authority === undefined || "data" in authority ? authority?.data : await readFile(authority.file);
  const cluster = {
    server: server.href.replace(/\/$/, ""),
    ...(data === undefined ? {} : { "certificate-authority-data": data.toString("base64") }),
    ...(serverName === undefined ? {} : { "tls-server-name": serverName }),
    ...(skipVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(proxy === undefined ? {} : { "proxy-url": proxy }),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster }],
    users: [{ name: account.name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: account.name } }],
  });
}
