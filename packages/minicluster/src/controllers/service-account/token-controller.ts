import type { KubernetesObject } from "@fairway/objects";
import { isObject, type JsonObject, stringsAt, textAt } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import type { Controller } from "../controller.ts";
import { keyOf, refOfKey } from "../object-key.ts";

const MANAGER = "tokens-controller";
const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

/** What a token Secret gets. */
export interface TokenSecrets {
  /** The API server's, PEM. */
  readonly certificate: string;
  tokenFor(account: JsonObject, secretName: string): string;
}

/**
 * Fills Secrets of type `kubernetes.io/service-account-token` with a token of the account that their annotation names, and deletes
 * those whose account is gone.
 */
export function tokenController(objects: ObjectsApi, tokens: TokenSecrets): Controller {
  const isTokenSecret = (object: KubernetesObject): boolean => object["type"] === TYPE;
  return {
    name: MANAGER,
    resources: ["secrets"],
    keysOf({ type, resource, object }) {
      if (resource === "secrets") return type !== "DELETED" && isTokenSecret(object) ? [keyOf(object)] : [];
      const { namespace, name } = object.metadata;
      if (resource !== "serviceaccounts" || namespace === undefined) return [];
      return objects
        .list("secrets", { namespace })
        .filter((secret) => isTokenSecret(secret) && secret.metadata.annotations?.[ACCOUNT] === name)
        .map(keyOf);
    },
    reconcile(key) {
      const secret = objects.get(refOfKey("secrets", key));
      const { namespace, annotations = {}, uid, name } = secret?.metadata ?? {};
      if (secret === undefined || namespace === undefined || name === undefined || !isTokenSecret(secret)) return;
      const account = objects.get({ resource: "serviceaccounts", namespace, name: annotations[ACCOUNT] ?? "" });
      const sameAccount = annotations[ACCOUNT_UID] === undefined || annotations[ACCOUNT_UID] === account?.metadata.uid;
      if (account === undefined || !sameAccount) {
        objects.remove(refOfKey("secrets", key), uid === undefined ? {} : { uid });
        return;
      }
      const data = stringsAt(isObject(secret) ? secret : {}, "data");
      const base64 = (text: string) => Buffer.from(text).toString("base64");
      const wanted = {
        ...data,
        "ca.crt": base64(tokens.certificate),
        namespace: base64(namespace),
        token: data["token"] ?? base64(tokens.tokenFor(isObject(account) ? account : {}, name)),
      };
      const complete = annotations[ACCOUNT_UID] !== undefined && textAt(wanted, "token") === data["token"];
      if (complete && data["ca.crt"] === wanted["ca.crt"] && data["namespace"] === wanted.namespace) return;
      const metadata = {
        ...secret.metadata,
        annotations: { ...annotations, [ACCOUNT_UID]: account.metadata.uid ?? "" },
      };
      objects.update("secrets", { ...secret, metadata, data: wanted }, { manager: MANAGER });
      return undefined;
    },
  };
}
