import { isDeepStrictEqual } from "node:util";
import { dockerCredentials, parseImageReference, RegistryError } from "@fairway/images";
import { Refusal } from "../http/refusal.ts";

/** Whom credentials are for: the server understands all, Kubernetes' nodes only user and password. */
type Reader = "server" | "nodes";

/**
 * The part of a Docker configuration that is needed, as a Docker configuration of its own: nothing else of somebody's
 * file is kept. Refuses with `registry-credentials-not-valid` what cannot be
 * read, and credentials that a program keeps: this server runs no programs of others.
 *
 * @param required Repository for which there must be credentials.
 * @param others References of images that are read too; credentials for them are kept where there are some.
 */
export function keptCredentials(text: string, required: string, others: readonly string[], reader: Reader): string {
  const auths: Record<string, Readonly<Record<string, string>>> = {};
  for (const reference of [required, ...others]) {
    const { registry, repository } = parseImageReference(reference);
    const found = readCredentials(text, registry, repository);
    const host = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
    const keep = (entry: Readonly<Record<string, string>>) => {
      // A registry may know other people for other repositories.
      const differs = auths[host] !== undefined && !isDeepStrictEqual(auths[host], entry);
      auths[differs ? `${registry}/${repository}` : host] ??= entry;
    };
    if (found.kind === "password") {
      keep({ auth: Buffer.from(`${found.username}:${found.password}`).toString("base64") });
    } else if (found.kind === "identity-token" && reader === "server") keep({ identitytoken: found.token });
    else if (reference === required) throw unusable(registry, found);
  }
  return JSON.stringify({ auths });
}

function readCredentials(text: string, registry: string, repository: string): ReturnType<typeof dockerCredentials> {
  try {
    return dockerCredentials(text, registry, repository);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw refused(error.message, error.hint);
  }
}

function unusable(registry: string, found: ReturnType<typeof dockerCredentials>): Refusal {
  const plain = `write one with user and password: kubectl create secret docker-registry x --docker-server=${registry} --docker-username=... --docker-password=... --dry-run=client -o jsonpath='{.data.\\.dockerconfigjson}' | base64 -d > registry.json`;
  if (found.kind === "identity-token")
    return refused(`it has an identity token for ${registry}, which nodes of Kubernetes cannot use`, plain);
  if (found.kind === "none" && found.helper !== undefined)
    return refused(
      `the credentials for ${registry} are not in it, but kept by the program docker-credential-${found.helper}`,
      plain,
    );
  return refused(`it has no credentials for ${registry}`, `docker login ${registry}, or ${plain}`);
}

function refused(detail: string, hint: string): Refusal {
  return new Refusal({
    status: 422,
    code: "registry-credentials-not-valid",
    title: "The Docker configuration cannot be used",
    detail,
    hint,
  });
}
