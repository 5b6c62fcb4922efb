import type { KubernetesClient } from "@fairway/minicluster/kubernetes.contract";

/** Requests on their way at a time, as a busy client has. */
const parallel = 10;

/** Does `one` for 0 to `count` - 1, several at a time. */
export async function each(count: number, one: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await one(next - 1);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** Throws unless the answer is a good one. */
export async function send(
  client: KubernetesClient,
  method: string,
  url: string,
  body?: object,
  contentType = "application/json",
): Promise<void> {
  const answer = await client.request(method, url, body === undefined ? {} : { body, contentType });
  if (answer.code >= 300) throw new Error(`${method} ${url}: ${answer.code} ${answer.text}`);
}

/** How many objects a collection has, read whole. */
export async function count(client: KubernetesClient, url: string): Promise<number> {
  const { code, body, text } = await client.request("GET", url);
  const items = body["items"];
  if (code !== 200 || !Array.isArray(items)) throw new Error(`GET ${url}: ${code} ${text}`);
  return items.length;
}

export const configMaps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;

export function configMap(name: string): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { "fairway.dev/service": "bench" } },
    data: { level: "info", greeting: "hello", name },
  };
}

/** Of no pods: it has a ReplicaSet, and nothing runs. */
export function deployment(name: string): object {
  const labels = { "fairway.dev/service": name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "app",
              image: `snapshot.fairway.dev/${name}@sha256:${"0".repeat(64)}`,
              env: Array.from({ length: 10 }, (_, number) => ({
                name: `VARIABLE_${number}`,
                value: `value ${number}`,
              })),
              ports: [{ containerPort: 8080 }],
              resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
              readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
            },
          ],
        },
      },
    },
  };
}
