import http from "node:http";
import https from "node:https";
import { type KubeconfigSource, loadKubeconfig } from "./load-kubeconfig.ts";

/** How to reach one API and be let in. */
export interface Credentials {
  /** The API's address; never has a password in it. */
  readonly server: URL;
  /** For one request. Plugins and token files are asked again when what they gave has expired. */
  authorize(): Promise<{ readonly agent: http.Agent; readonly headers: Readonly<Record<string, string>> }>;
  /** Forgets what plugins and files gave; after a 401 the next `authorize` asks them again. */
  renew(): Promise<void>;
  /** Ends every connection. */
  close(): void;
}

export async function openCredentials(source: KubeconfigSource): Promise<Credentials> {
  let config = await loadKubeconfig(source);
  const cluster = config.getCurrentCluster();
  const server = new URL(cluster?.server ?? "");
  server.username = "";
  server.password = "";
  const proxied = cluster?.proxyUrl !== undefined;
  const agents = new Map<string, http.Agent>();

  return {
    server,
    async authorize() {
      const options: https.RequestOptions = { headers: {} };
      await config.applyToHTTPSOptions(options);
      return { agent: agentFor(options), headers: headersOf(options) };
    },
    async renew() {
      config = await loadKubeconfig(source);
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };

  function agentFor(options: https.RequestOptions): http.Agent {
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const identity = proxied ? "proxy" : JSON.stringify([ca, cert, key].map(String));
    const known = agents.get(identity);
    if (known !== undefined) return known;
    const made =
      proxied && options.agent instanceof http.Agent
        ? options.agent
        : server.protocol === "http:"
          ? new http.Agent({ keepAlive: true })
          : // The client's own agents keep no connection alive, so that each request would shake hands anew.
            new https.Agent({
              keepAlive: true,
              ...(ca === undefined ? {} : { ca }),
              ...(cert === undefined ? {} : { cert }),
              ...(key === undefined ? {} : { key }),
              ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
              ...(servername === undefined ? {} : { servername }),
            });
    agents.set(identity, made);
    return made;
  }
}

function headersOf(options: https.RequestOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined) headers[name] = String(value);
  if (options.auth) headers["Authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  return headers;
}
