import type { Secret } from "@fairway/objects";
import { commonLabels } from "../labels.ts";

/** Name of the Secret that the ServiceAccounts of private registries' images point to. */
export const pullSecretName = "fairway-registry";

/**
 * Credentials by which a cluster's nodes pull the images of one service. Never part of a release: it is made from the
 * platform's files whenever it is applied.
 *
 * @param dockerConfig Docker's configuration (`{"auths": ...}`) in base64.
 */
export function pullSecret(
  of: { readonly service: string; readonly environment: string; readonly namespace: string },
  dockerConfig: string,
): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: pullSecretName,
      namespace: of.namespace,
      labels: commonLabels(of.service, of.environment),
    },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": dockerConfig },
  };
}
