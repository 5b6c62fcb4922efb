import { ClusterError } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { textField } from "../http/json-field.ts";

/** The API's version, as `v1.36.3`. Every account may ask (ClusterRole `system:public-info-viewer`). */
export async function readVersion(client: ApiClient, signal?: AbortSignal): Promise<string> {
  const answer = await client.json({ method: "GET", path: "/version" }, { repeatable: true, signal });
  const version = textField(answer, "gitVersion");
  if (version === "")
    throw new ClusterError("unknown", client.cluster, "what answers there is not a Kubernetes API: it has no version");
  return version;
}
