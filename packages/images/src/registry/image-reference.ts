import { RegistryError } from "./registry-error.ts";

/** An image's name, taken apart: `registry/repository[:tag][@digest]`. */
export interface ImageReference {
  /** Host and, when given, port: `ghcr.io`, `127.0.0.1:5000`, `docker.io`. */
  readonly registry: string;
  /** `library/node`, `team/shop/user`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:<hex>`. */
  readonly digest?: string;
}

/** OCI distribution specification 1.1, "Pulling manifests": grammar of `<name>` and of a tag. */
const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const registryPattern =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/;
/** Many clients limit host and name together to so many characters; so says the specification. */
const longestName = 255;
const dockerHub = "docker.io";
const namesOfDockerHub = new Set([dockerHub, "index.docker.io", "registry-1.docker.io"]);

/**
 * Takes an image's name apart; without a registry it is one of Docker Hub, as in `node:24` and `grafana/grafana`. Nothing
 * is added: without tag and digest both are absent.
 *
 * @throws RegistryError `invalid-reference`
 */
export function parseImageReference(text: string): ImageReference {
  const invalid = (why: string, hint = "write registry/repository:tag or registry/repository@sha256:…") =>
    new RegistryError("invalid-reference", `"${shown(text)}" names no image: ${why}`, { hint });
  if (text === "") throw invalid("it is empty");
  if (text.includes("://")) throw invalid("it has a scheme", "leave out https://; write registry/repository:tag");

  const [named = "", digest, ...more] = text.split("@");
  if (more.length > 0) throw invalid("it has more than one @");
  if (digest !== undefined && !digestPattern.test(digest))
    throw invalid("what follows @ is no digest", "a digest is sha256: and 64 hexadecimal digits in small letters");

  const slash = named.indexOf("/");
  const first = slash === -1 ? "" : named.slice(0, slash);
  const hasRegistry = /[.:[\]A-Z]/.test(first) || first === "localhost";
  const registry = hasRegistry ? first.toLowerCase() : dockerHub;
  const rest = hasRegistry ? named.slice(slash + 1) : named;
  const port = registryPattern.exec(registry);
  if (port === null || Number(port[1] ?? 1) < 1 || Number(port[1] ?? 1) > 65_535)
    throw invalid(`"${shown(registry)}" is no host`);

  const [name = "", tag, ...tags] = rest.split(":");
  if (tags.length > 0) throw invalid("it has more than one tag");
  if (tag !== undefined && !tagPattern.test(tag))
    throw invalid(
      "what follows : is no tag",
      "a tag has up to 128 letters, digits, dots, hyphens and underscores, and begins with a letter, a digit or an underscore",
    );
  const hub = namesOfDockerHub.has(registry);
  const repository = hub && !name.includes("/") ? `library/${name}` : name;
  if (!repositoryPattern.test(repository))
    throw invalid(
      `"${shown(name)}" is no repository`,
      "a repository has small letters and digits, with . _ or - between them, in parts separated by /",
    );
  if (registry.length + 1 + repository.length > longestName)
    throw invalid(`it is longer than ${longestName} characters`);
  return {
    registry: hub ? dockerHub : registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** True for `sha256:` and 64 small hexadecimal digits, the only digests that are taken. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/** For messages: no line breaks, not long, and nothing that looks like a password before a host. */
function shown(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, "\uFFFD").replace(/^.*@(?!sha256:)/, "…@");
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
}
