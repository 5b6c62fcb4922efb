import { isConfigMap, type Pod } from "@fairway/objects";
import type { Finding } from "../cause.ts";
import { type ContainerView, elapsed, eventsOf, firstTime, type Subject, who } from "../subject.ts";

/**
 * What a node misses may have come since: it looks again after up to 15 s (the kubelet's `backOffPeriod` and its jitter). A ConfigMap
 * can be seen, a Secret cannot. In milliseconds, from when the node said so first: a pod may be old by then, of a slow pull.
 */
const lag = { ConfigMissing: 10_000, SecretMissing: 20_000 };
const unremarkable = 10_000;

const cannotCreate = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PreCreateHookError",
  "PreStartHookError",
  "PostStartHookError",
]);

/** What stays so until the image or the release is another. */
const root = /has runAsNonRoot and image|runAsUser breaks non-root policy/;
const hopeless = new RegExp(`${root.source}|no command specified`);

/** A container that cannot be made: a ConfigMap or Secret, or a key of it, is not there, or the node refuses. */
export function configurationFinding(subject: Subject, { status, pod }: ContainerView): Finding | undefined {
  const { waiting } = status.state ?? {};
  // One that has been made, and ended, says more by how it ended.
  if (!cannotCreate.has(waiting?.reason ?? "") || status.lastState?.terminated !== undefined) return undefined;
  const message = waiting?.message ?? "";
  if (/failed to sync .* cache/i.test(message)) return undefined;
  const place = { object: `Pod/${pod.metadata.name}`, container: status.name, ...(message === "" ? {} : { message }) };
  const absent = missingConfiguration(subject, pod, message);
  if (absent !== undefined) return { ...absent, ...place };
  const old = elapsed(subject, pod.metadata.creationTimestamp) > unremarkable;
  const asRoot = root.test(message);
  return {
    code: "CreateContainerError",
    severity: old && hopeless.test(message) ? "fatal" : "likely",
    summary: asRoot
      ? `${who(subject)} would run as root, which is not allowed`
      : `the node cannot create a container of ${who(subject)}`,
    ...place,
    advice: asRoot
      ? "give the image a numeric user that is not 0 (USER in its Dockerfile)"
      : "the message says what the node objects to; check [run] command and the image",
  };
}

/** `configmap "a" not found`, `couldn't find key k in ConfigMap namespace/a`, `configmap references non-existent config key: k`. */
const missing =
  /(?<kind>secret|configmap)s? "(?<name>[^"]*)" not found|couldn't find key (?<key>\S+) in (?<holder>secret|configmap) [^/\s]*\/(?<of>\S+)|references non-existent (?<lacks>secret|config) key/i;

/** ConfigMissing or SecretMissing, when that is what a node says: of a variable, or of a file. */
export function missingConfiguration(
  subject: Subject,
  pod: Pod,
  message: string,
): Pick<Finding, "code" | "severity" | "summary" | "advice"> | undefined {
  const found = missing.exec(message)?.groups;
  if (found === undefined) return undefined;
  const isSecret = /secret/i.test(`${found["kind"]} ${found["holder"]} ${found["lacks"]}`);
  const code = isSecret ? "SecretMissing" : "ConfigMissing";
  const old = saidFor(subject, pod, message) > lag[code];
  return {
    code,
    severity: old && !(code === "ConfigMissing" && isThereNow(subject, found)) ? "fatal" : "likely",
    summary: `${who(subject)} refers to ${isSecret ? "a secret" : "configuration"} that does not exist`,
    advice: isSecret
      ? "set the secret for this environment, and deploy again"
      : "deploy again; if it stays, somebody deleted it: look at the events of the namespace",
  };
}

/** For how many milliseconds the node has been saying this of the pod: 0 while no event tells. */
function saidFor(subject: Subject, pod: Pod, message: string): number {
  return (
    subject.now - (firstTime(eventsOf(subject, pod).filter((one) => one.message?.includes(message))) ?? subject.now)
  );
}

/** Somebody has brought it in the meantime, and the node has not looked again. */
function isThereNow(subject: Subject, found: Readonly<Record<string, string | undefined>>): boolean {
  const { name = found["of"], key } = found;
  const live = subject.objects
    .filter(isConfigMap)
    .find(({ metadata }) => metadata.name === name && metadata.namespace === subject.namespace);
  return live !== undefined && (key === undefined || live.data?.[key] !== undefined);
}
