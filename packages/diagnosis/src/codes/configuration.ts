import type { Pod } from "@fairway/objects";
import type { Finding } from "../cause.ts";
import { type ContainerView, elapsed, type Subject, who } from "../subject.ts";

/** Objects are applied before the workload, but a node's cache may lag; in milliseconds. */
const lag = 10_000;

const cannotCreate = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PreCreateHookError",
  "PreStartHookError",
  "PostStartHookError",
]);

/** What stays so until the image or the release is another. */
const hopeless = /has runAsNonRoot and image|no command specified/;

/** A container that cannot be made: a ConfigMap or Secret, or a key of it, is not there, or the node refuses. */
export function configurationFinding(subject: Subject, { status, pod }: ContainerView): Finding | undefined {
  const { waiting } = status.state ?? {};
  // One that has been made, and ended, says more by how it ended.
  if (!cannotCreate.has(waiting?.reason ?? "") || status.lastState?.terminated !== undefined) return undefined;
  const message = waiting?.message ?? "";
  if (/failed to sync .* cache/i.test(message)) return undefined;
  const place = { object: `Pod/${pod.metadata.name}`, container: status.name, ...(message === "" ? {} : { message }) };
  const missing = missingConfiguration(subject, pod, message);
  if (missing !== undefined) return { ...missing, ...place };
  const old = elapsed(subject, pod.metadata.creationTimestamp) > lag;
  const asRoot = message.includes("has runAsNonRoot and image");
  return {
    code: "CreateContainerError",
    severity: old && hopeless.test(message) ? "fatal" : "likely",
    summary: asRoot
      ? `the image of ${who(subject)} runs as root, which is not allowed`
      : `the node cannot create a container of ${who(subject)}`,
    ...place,
    advice: asRoot
      ? "give the image a numeric user that is not 0 (USER in its Dockerfile)"
      : "the message says what the node objects to; check [run] command and the image",
  };
}

/** ConfigMissing or SecretMissing, when that is what a node says: of a variable, or of a file. */
export function missingConfiguration(
  subject: Subject,
  pod: Pod,
  message: string,
): Pick<Finding, "code" | "severity" | "summary" | "advice"> | undefined {
  const found =
    /(secret|configmap)s? "[^"]*" not found|couldn't find key .* in (secret|configmap)|references non-existent (secret|config) key/i.exec(
      message,
    );
  if (found === null) return undefined;
  const isSecret = found.slice(1).some((kind) => kind?.toLowerCase() === "secret");
  return {
    code: isSecret ? "SecretMissing" : "ConfigMissing",
    severity: elapsed(subject, pod.metadata.creationTimestamp) > lag ? "fatal" : "likely",
    summary: `${who(subject)} refers to ${isSecret ? "a secret" : "configuration"} that does not exist`,
    advice: isSecret
      ? "set the secret for this environment, and deploy again"
      : "deploy again; if it stays, somebody deleted it: look at the events of the namespace",
  };
}
