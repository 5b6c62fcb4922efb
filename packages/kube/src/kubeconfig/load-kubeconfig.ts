import { resolve } from "node:path";
import { parseDocument } from "yaml";
import { field, textField } from "../http/json-field.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { findProgram, type KubeconfigLimits, requireAllowedFile } from "./kubeconfig-limits.ts";

/** Where a kubeconfig comes from. */
export interface KubeconfigSource {
  /** The file's text, YAML or JSON. */
  readonly kubeconfig: string;
  /** A context's name; by default the file's current one. */
  readonly context?: string;
  /** What relative paths in it are relative to; by default the process's directory. */
  readonly directory?: string;
  /** What it may make this machine do; anything without limits. */
  readonly limits?: KubeconfigLimits;
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

/** Bytes that stand in the kubeconfig, or in a file that it names. */
export type Material = { readonly data: Buffer } | { readonly file: string };

/** A credential plugin (client.authentication.k8s.io). */
export interface Plugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether it is told which cluster it signs in to. */
  readonly provideClusterInfo: boolean;
}

/** One context of a kubeconfig, read and checked (`k8s.io/client-go/tools/clientcmd/api/v1`). */
export interface Kubeconfig {
  readonly context: string;
  readonly contexts: readonly string[];
  readonly server: URL;
  readonly authority: Material | undefined;
  readonly serverName: string | undefined;
  readonly skipVerify: boolean;
  readonly proxy: string | undefined;
  readonly certificate: Material | undefined;
  readonly key: Material | undefined;
  readonly token: string | undefined;
  /** Read again and again; its content is taken before `token`. */
  readonly tokenFile: string | undefined;
  readonly basic: { readonly username: string; readonly password: string } | undefined;
  readonly plugin: Plugin | undefined;
  readonly impersonate: { readonly user: string; readonly groups: readonly string[]; readonly uid: string } | undefined;
}

const pluginVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

/** Reads a kubeconfig without contacting anything. Throws `KubeconfigError`, with a refusal for what `limits` do not allow. */
export async function inspectKubeconfig(source: KubeconfigSource): Promise<KubeconfigFacts> {
  const config = await loadKubeconfig(source);
  await requireAllowed(config, source.limits);
  const { context, contexts, plugin } = config;
  return {
    context,
    contexts,
    server: config.server.href.replace(/\/$/, ""),
    command: plugin?.command,
    files: filesOf(config),
  };
}

/** Throws `KubeconfigError` unless the limits allow what the kubeconfig wants of this machine. */
export async function requireAllowed(config: Kubeconfig, limits: KubeconfigLimits | undefined): Promise<void> {
  const { plugin } = config;
  if (plugin !== undefined) await findProgram(plugin.command, Object.keys(plugin.env), limits);
  for (const file of filesOf(config)) await requireAllowedFile(file, limits);
}

/** The text as what it means. Reads no other file. Throws `KubeconfigError`. */
export async function loadKubeconfig(source: KubeconfigSource): Promise<Kubeconfig> {
  const document = parseYaml(source.kubeconfig);
  const contexts = entries(document, "contexts");
  const names = contexts.map(({ name }) => name);
  const context = source.context ?? textField(document, "current-context");
  if (context === "") throw new KubeconfigError(`the kubeconfig has no current context; choose one of: ${list(names)}`);
  const chosen = contexts.find(({ name }) => name === context)?.entry;
  if (chosen === undefined)
    throw new KubeconfigError(`the kubeconfig has no context "${context}"; it has: ${list(names)}`);
  const inContext = field(chosen, "context");
  const part = (plural: string, singular: string): Fields => {
    const wanted = textField(inContext, singular);
    const found = entries(document, plural).find(({ name }) => name === wanted);
    if (found === undefined)
      throw new KubeconfigError(`context "${context}" names a ${singular} that the kubeconfig lacks`);
    return fieldsOf(field(found.entry, singular), `the ${singular} of context "${context}"`, source.directory);
  };
  const cluster = part("clusters", "cluster");
  const user = part("users", "user");

  const skipVerify = cluster.flag("insecure-skip-tls-verify");
  const server = addressOf(cluster.text("server"), context, skipVerify);
  if (user.has("auth-provider"))
    throw new KubeconfigError(
      `the user of context "${context}" signs in by an auth-provider, which is out of use; use a credential plugin (exec), or the token of a service account`,
    );
  const username = user.text("username");
  const impersonated = user.text("as");
  return {
    context,
    contexts: names,
    server,
    authority: cluster.material("certificate-authority"),
    serverName: cluster.text("tls-server-name"),
    skipVerify,
    proxy: proxyOf(cluster.text("proxy-url"), context),
    certificate: user.material("client-certificate"),
    key: user.material("client-key"),
    token: user.text("token"),
    tokenFile: user.file("tokenFile"),
    basic: username === undefined ? undefined : { username, password: user.text("password") ?? "" },
    plugin: user.has("exec") ? pluginOf(user.value("exec"), context, source.directory) : undefined,
    impersonate:
      impersonated === undefined
        ? undefined
        : { user: impersonated, groups: texts(user.value("as-groups")), uid: user.text("as-uid") ?? "" },
  };
}

function filesOf(config: Kubeconfig): readonly string[] {
  const materials = [config.authority, config.certificate, config.key];
  const files = materials.flatMap((one) => (one !== undefined && "file" in one ? [one.file] : []));
  return config.tokenFile === undefined ? files : [...files, config.tokenFile];
}

/** Fields of a cluster or a user; throws `KubeconfigError` where one is not what it must be. */
interface Fields {
  has(name: string): boolean;
  value(name: string): unknown;
  /** Undefined when absent or empty. */
  text(name: string): string | undefined;
  flag(name: string): boolean;
  file(name: string): string | undefined;
  /** `<name>-data` in base64, or else the file `<name>`; the order is kubectl's. */
  material(name: string): Material | undefined;
}

function fieldsOf(value: unknown, what: string, directory: string | undefined): Fields {
  const text = (name: string): string | undefined => {
    const found = field(value, name);
    if (found === undefined || found === null || found === "") return undefined;
    if (typeof found !== "string") throw new KubeconfigError(`${what} has a ${name} that is no text`);
    return found;
  };
  const file = (name: string): string | undefined => {
    const path = text(name);
    return path === undefined ? undefined : resolve(directory ?? ".", path);
  };
  return {
    has: (name) => field(value, name) !== undefined && field(value, name) !== null,
    value: (name) => field(value, name),
    text,
    flag: (name) => field(value, name) === true,
    file,
    material(name) {
      const data = text(`${name}-data`);
      if (data !== undefined) return { data: Buffer.from(data, "base64") };
      const path = file(name);
      return path === undefined ? undefined : { file: path };
    },
  };
}

function pluginOf(exec: unknown, context: string, directory: string | undefined): Plugin {
  const where = `the user of context "${context}"`;
  const command = textField(exec, "command");
  if (command === "") throw new KubeconfigError(`${where} signs in by a program without a name`);
  const apiVersion = textField(exec, "apiVersion");
  if (!pluginVersions.includes(apiVersion))
    throw new KubeconfigError(`${where} signs in by a program of another protocol than ${pluginVersions.join(" or ")}`);
  if (textField(exec, "interactiveMode") === "Always")
    throw new KubeconfigError(`${where} signs in by a program that asks a person, and there is none: ${command}`);
  const env: Record<string, string> = {};
  const given = field(exec, "env");
  for (const one of Array.isArray(given) ? given : []) env[textField(one, "name")] = textField(one, "value");
  return {
    apiVersion,
    // A name is looked up on the PATH; only a path is relative to the file (client-go `ResolveLocalPaths`).
    command: /[/\\]/.test(command) ? resolve(directory ?? ".", command) : command,
    args: texts(field(exec, "args")),
    env,
    provideClusterInfo: field(exec, "provideClusterInfo") === true,
  };
}

function addressOf(text: string | undefined, context: string, skipVerify: boolean): URL {
  const url = parseUrl(text ?? "");
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new KubeconfigError(`the cluster of context "${context}" has no http or https address`);
  if (url.protocol === "http:" && !skipVerify)
    throw new KubeconfigError(
      `the cluster of context "${context}" has an address without TLS; insecure-skip-tls-verify would allow it`,
    );
  url.username = "";
  url.password = "";
  return url;
}

/** `URL.parse` of Node 22, for the command line, which also runs on 20. */
function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function proxyOf(text: string | undefined, context: string): string | undefined {
  if (text === undefined) return undefined;
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new KubeconfigError(`the cluster of context "${context}" has a proxy-url that is no http or https address`);
  return url.href;
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  // The parser's own message may quote the file, and with it a token.
  if (error !== undefined)
    throw new KubeconfigError(`the kubeconfig cannot be read: no valid YAML at line ${error.linePos?.[0].line ?? 1}`);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new KubeconfigError("the kubeconfig cannot be read: it has too many aliases");
  }
}

function entries(document: unknown, plural: string): readonly { readonly name: string; readonly entry: unknown }[] {
  const found = field(document, plural);
  return (Array.isArray(found) ? found : []).map((entry: unknown) => ({ name: textField(entry, "name"), entry }));
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
