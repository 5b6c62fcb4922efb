import type { Finding } from "../cause.ts";
import { type ContainerView, elapsed, type Subject, who } from "../subject.ts";

/** Objects are applied before the workload, but a node's cache may lag; in milliseconds. */
const lag = 10_000;

/** A container that cannot be made because a ConfigMap or Secret, or a key of it, is not there. */
export function configurationFinding(subject: Subject, { status, pod }: ContainerView): Finding | undefined {
  const waiting = status.state?.waiting;
  if (waiting?.reason !== "CreateContainerConfigError") return undefined;
  const message = waiting.message ?? "";
  if (/failed to sync .* cache/i.test(message)) return undefined;
  const secret = /secret/i.test(message);
  return {
    code: secret ? "SecretMissing" : "ConfigMissing",
    severity: elapsed(subject, pod.metadata.creationTimestamp) > lag ? "fatal" : "likely",
    summary: `${who(subject)} refers to ${secret ? "a secret" : "configuration"} that does not exist`,
    object: `Pod/${pod.metadata.name}`,
    container: status.name,
    ...(message === "" ? {} : { message }),
    advice: secret
      ? "set the secret for this environment, and deploy again"
      : "deploy again; if it stays, somebody deleted it: look at the events of the namespace",
  };
}
