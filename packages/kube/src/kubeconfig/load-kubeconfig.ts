import type { KubeConfig } from "@kubernetes/client-node";
import { field, textField } from "../http/json-field.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";

/** Where a kubeconfig comes from. */
export interface KubeconfigSource {
  /** The file's text, YAML or JSON. */
  readonly kubeconfig: string;
  /** A context's name; by default the file's current one. */
  readonly context?: string;
  /** What relative paths in it are relative to; by default the process's directory. */
  readonly directory?: string;
}

/** What using a kubeconfig would do, so that one from a stranger can be refused. */
export interface KubeconfigFacts {
  /** The context that would be used. */
  readonly context: string;
  /** Every context of the file. */
  readonly contexts: readonly string[];
  /** URL of the API. */
  readonly server: string;
  /** A credential plugin: a program that runs here, with this process's rights. */
  readonly command: string | undefined;
  /** Files of this machine whose content is sent to, or used towards, the server. */
  readonly files: readonly string[];
}

/** Reads a kubeconfig without contacting anything. Throws `KubeconfigError`. */
export async function inspectKubeconfig(source: KubeconfigSource): Promise<KubeconfigFacts> {
  const config = await loadKubeconfig(source);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const provider: unknown = user?.authProvider;
  const settings = field(provider, "config");
  const plugins = [user?.exec, field(settings, "exec"), field(settings, "cmd-path")];
  // YAML may give a list or bytes where a name belongs, and the client would take them: whatever is there counts.
  const files = [cluster?.caFile, user?.certFile, user?.keyFile, field(settings, "tokenFile")];
  return {
    context: config.getCurrentContext(),
    contexts: config.getContexts().map((context) => context.name),
    server: cluster?.server ?? "",
    command: plugins.filter(isGiven).map(commandOf)[0],
    files: files.filter(isGiven).map(String),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function commandOf(plugin: unknown): string {
  return textField(plugin, "command") || (typeof plugin === "string" ? plugin : "a plugin");
}

/** The client's own reading of the file, with one context chosen and everything checked that it takes for granted. */
export async function loadKubeconfig(source: KubeconfigSource): Promise<KubeConfig> {
  // The client takes a third of a second to load; a server that has no cluster yet should not wait for it.
  const { KubeConfig, loadYaml } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    refuseTokenFiles(loadYaml(source.kubeconfig));
    config.loadFromString(source.kubeconfig);
  } catch (error) {
    if (error instanceof KubeconfigError) throw error;
    throw new KubeconfigError(`the kubeconfig cannot be read${lineOf(error)}`);
  }
  const contexts = config.contexts.map((context) => context.name);
  const context = source.context ?? config.currentContext;
  if (!context) throw new KubeconfigError(`the kubeconfig has no current context; choose one of: ${list(contexts)}`);
  if (!contexts.includes(context))
    throw new KubeconfigError(`the kubeconfig has no context "${context}"; it has: ${list(contexts)}`);
  config.setCurrentContext(context);
  if (source.directory !== undefined) config.makePathsAbsolute(source.directory);

  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new KubeconfigError(`context "${context}" names a cluster that the kubeconfig lacks`);
  if (config.getCurrentUser() === null)
    throw new KubeconfigError(`context "${context}" names a user that the kubeconfig lacks`);
  const url = URL.parse(cluster.server);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new KubeconfigError(`the cluster of context "${context}" has no http or https address`);
  if (url.protocol === "http:" && !cluster.skipTLSVerify)
    throw new KubeconfigError(
      `the cluster of context "${context}" has an address without TLS; insecure-skip-tls-verify would allow it`,
    );
  return config;
}

/**
 * The client reads such a file of any user while it loads the text, before anybody could look at what it is about to do,
 * and later sends its content to the server. kubectl takes `tokenFile`, which the client does not.
 */
function refuseTokenFiles(document: unknown): void {
  const users = field(document, "users");
  for (const user of Array.isArray(users) ? users : []) {
    const settings = field(user, "user");
    if (["token-file", "tokenFile"].some((name) => isGiven(field(settings, name))))
      throw new KubeconfigError("the kubeconfig has a user with a token file; put the token itself into it");
  }
}

/** The parser's own message may quote the file, and with it a token. */
function lineOf(error: unknown): string {
  const line = field(field(error, "mark"), "line");
  return typeof line === "number" ? `: no valid YAML at line ${line + 1}` : ": it lacks clusters, users or contexts";
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
