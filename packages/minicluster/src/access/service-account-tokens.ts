import { randomUUID } from "node:crypto";
import { timestamp } from "../clock/clock.ts";
import { type Json, type JsonObject, listAt, numberAt, objectAt, textAt } from "../json.ts";
import { invalidValue } from "../registry/causes.ts";
import { kindOf } from "../registry/registry.ts";
import { DecodeError, decode } from "../schema/decode.ts";
import { shapeOf } from "../schema/shape.ts";
import { badRequest, conflict, invalid, notFound } from "../status.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { ServiceAccountKeys } from "./service-account-keys.ts";
import { serviceAccountUser, type User } from "./user.ts";

// Sources: k8s.io/kubernetes/pkg/registry/core/serviceaccount/storage/token.go, pkg/serviceaccount/{claims,legacy}.go.

/** Audience and issuer of tokens, as the API server's by default. */
const issuer = "https://kubernetes.default.svc.cluster.local";
const legacyIssuer = "kubernetes/serviceaccount";
const legacy = "kubernetes.io/serviceaccount/";
const leastSeconds = 600;
const defaultSeconds = 3_600;

/** Gives out the tokens of service accounts, and tells whose a token is. */
export interface ServiceAccountTokens {
  /** Answers a TokenRequest for one account; throws `ApiError`. */
  request(namespace: string, name: string, request: JsonObject): JsonObject;
  /** The token, without an end, that the controller puts into a Secret of type `kubernetes.io/service-account-token`. */
  forSecret(account: JsonObject, secretName: string): string;
  /** Whose token it is; a sentence when it is one of ours that does not hold (any more), undefined when it is none of ours. */
  userOf(token: string, audiences?: readonly string[]): User | string | undefined;
}

export function serviceAccountTokens(
  store: ObjectStore,
  keys: ServiceAccountKeys,
  clock: { now(): number },
): ServiceAccountTokens {
  const requestShape = shapeOf("io.k8s.api.authentication.v1.TokenRequest");

  function boundTo(spec: JsonObject | undefined, namespace: string, account: string): JsonObject {
    const reference = objectAt(spec, "boundObjectRef");
    if (reference === undefined) return {};
    const kind = textAt(reference, "kind");
    const name = textAt(reference, "name");
    if (kind !== "Pod" && kind !== "Secret" && kind !== "Node") {
      throw badRequest(`cannot bind token to object of type ${textAt(reference, "apiVersion")}, Kind=${kind}`);
    }
    const resource = `${kind.toLowerCase()}s`;
    const found = store.get(resource, kind === "Node" ? "" : namespace, name);
    if (found === undefined) throw notFound({ group: "", resource }, name);
    if (kind === "Pod" && textAt(found, "spec", "serviceAccountName") !== account) {
      const who = JSON.stringify(account);
      throw badRequest(
        `cannot bind token for serviceaccount ${who} to pod running with different serviceaccount name.`,
      );
    }
    const uid = textAt(found, "metadata", "uid");
    const wanted = textAt(reference, "uid");
    if (wanted !== "" && wanted !== uid) {
      const why = `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`;
      throw conflict({ group: "", resource: kind }, name, why);
    }
    return { [kind.toLowerCase()]: { name, uid } };
  }

  function read(body: JsonObject): JsonObject {
    try {
      return decode(requestShape, body).value;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw badRequest(`TokenRequest in version "v1" cannot be handled as a TokenRequest: ${error.message}`);
    }
  }

  function request(namespace: string, name: string, body: JsonObject): JsonObject {
    const account = store.get("serviceaccounts", namespace, name);
    if (account === undefined) throw notFound({ group: "", resource: "serviceaccounts" }, name);
    const of = { group: "authentication.k8s.io", kind: "TokenRequest" };
    const value = read(body);
    const uid = textAt(account, "metadata", "uid");
    for (const [field, own] of Object.entries({ name, namespace })) {
      const given = textAt(value, "metadata", field);
      if (given === "" || given === own) continue;
      const detail = `must match the service account ${field} if specified`;
      throw invalid(of, name, [invalidValue(`metadata.${field}`, given, detail)]);
    }
    const seconds = numberAt(value, "spec", "expirationSeconds") ?? defaultSeconds;
    const refuse = (limit: string) =>
      invalid(of, "", [invalidValue("spec.expirationSeconds", seconds, `may not specify a duration ${limit}`)]);
    if (seconds < leastSeconds) throw refuse("less than 10 minutes");
    if (seconds > 2 ** 32) throw refuse("larger than 2^32 seconds");
    const given = listAt(value, "spec", "audiences");
    const audiences: Json[] = given.length === 0 ? [issuer] : [...given];
    const bound = boundTo(objectAt(value, "spec"), namespace, name);
    const now = Math.floor(clock.now() / 1000);
    const token = keys.sign({
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: issuer,
      jti: randomUUID(),
      "kubernetes.io": { namespace, ...bound, serviceaccount: { name, uid } },
      nbf: now,
      sub: serviceAccountUser(namespace, name).name,
    });
    return {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name, namespace, uid, creationTimestamp: timestamp(clock.now()) },
      spec: {
        audiences,
        expirationSeconds: seconds,
        boundObjectRef: objectAt(value, "spec", "boundObjectRef") ?? null,
      },
      status: { token, expirationTimestamp: timestamp((now + seconds) * 1000) },
    };
  }

  function holds(resource: string, namespace: string, reference: JsonObject | undefined): boolean {
    if (reference === undefined) return true;
    const found = store.get(resource, kindOf(resource)?.namespaced ? namespace : "", textAt(reference, "name"));
    return found !== undefined && textAt(found, "metadata", "uid") === textAt(reference, "uid");
  }

  function boundUser(claims: JsonObject, audiences: readonly string[]): User | string {
    const seconds = clock.now() / 1000;
    if (seconds > (numberAt(claims, "exp") ?? 0)) return "service account token has expired";
    // A clock that was set back a little must not refuse what it has just signed.
    if (seconds + 60 < (numberAt(claims, "nbf") ?? 0)) return "service account token is not valid yet";
    if (!listAt(claims, "aud").some((audience) => typeof audience === "string" && audiences.includes(audience))) {
      return `token audiences ${JSON.stringify(listAt(claims, "aud"))} is invalid for the target audiences ${JSON.stringify(audiences)}`;
    }
    const own = objectAt(claims, "kubernetes.io");
    const namespace = textAt(own, "namespace");
    const reference = objectAt(own, "serviceaccount");
    if (reference === undefined || !holds("serviceaccounts", namespace, reference)) {
      return `serviceaccounts "${textAt(reference, "name")}" not found`;
    }
    for (const kind of ["pod", "secret", "node"]) {
      if (!holds(`${kind}s`, namespace, objectAt(own, kind))) return "service account token has been invalidated";
    }
    const pod = objectAt(own, "pod");
    return {
      ...serviceAccountUser(namespace, textAt(reference, "name")),
      uid: textAt(reference, "uid"),
      extra: {
        ...(pod === undefined
          ? {}
          : {
              "authentication.kubernetes.io/pod-name": [textAt(pod, "name")],
              "authentication.kubernetes.io/pod-uid": [textAt(pod, "uid")],
            }),
        "authentication.kubernetes.io/credential-id": [`JTI=${textAt(claims, "jti")}`],
      },
    };
  }

  function legacyUser(claims: JsonObject, token: string): User | string {
    const namespace = textAt(claims, `${legacy}namespace`);
    const name = textAt(claims, `${legacy}service-account.name`);
    const uid = textAt(claims, `${legacy}service-account.uid`);
    const secret = store.get("secrets", namespace, textAt(claims, `${legacy}secret.name`));
    const kept = Buffer.from(textAt(secret, "data", "token"), "base64").toString();
    if (secret === undefined || kept !== token) return "Token has been invalidated";
    return holds("serviceaccounts", namespace, { name, uid })
      ? { ...serviceAccountUser(namespace, name), uid }
      : `serviceaccounts "${name}" not found`;
  }

  return {
    request,
    forSecret(account, secretName) {
      const namespace = textAt(account, "metadata", "namespace");
      const name = textAt(account, "metadata", "name");
      return keys.sign({
        iss: legacyIssuer,
        [`${legacy}namespace`]: namespace,
        [`${legacy}secret.name`]: secretName,
        [`${legacy}service-account.name`]: name,
        [`${legacy}service-account.uid`]: textAt(account, "metadata", "uid"),
        sub: serviceAccountUser(namespace, name).name,
      });
    },
    userOf(token, audiences = [issuer]) {
      const claims = keys.verify(token);
      if (claims === undefined) return undefined;
      if (textAt(claims, "iss") === legacyIssuer) return legacyUser(claims, token);
      return textAt(claims, "iss") === issuer ? boundUser(claims, audiences) : undefined;
    },
  };
}
