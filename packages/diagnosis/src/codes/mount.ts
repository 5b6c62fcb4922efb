import type { Pod } from "@fairway/objects";
import type { Finding } from "../cause.ts";
import { conditionOf, elapsed, eventsOf, type Subject, who } from "../subject.ts";
import { missingConfiguration } from "./configuration.ts";

/** How long a node may try, in milliseconds: it tries again after 0.5 s, 1 s, 2 s and so on. */
const unremarkable = 20_000;

/** Caches of the node that lag behind the pod (kubelet `util/manager`), and what is made in every new namespace. */
const passing = /failed to sync \w+ cache|not registered|configmap "kube-root-ca\.crt" not found/;

const failures = new Set(["FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox"]);
/** What a node does once everything is mounted. */
const afterwards = new Set(["Pulling", "Pulled", "Created", "Started"]);

/** A pod that has a node and cannot be set up there: a volume does not get mounted, or its network is not made. */
export function mountFinding(subject: Subject, pod: Pod): Finding | undefined {
  if ((pod.status?.phase ?? "Pending") !== "Pending" || pod.spec?.nodeName === undefined) return undefined;
  if (conditionOf(pod, "PodReadyToStartContainers")?.status === "True") return undefined;
  const events = eventsOf(subject, pod);
  const going = events.slice(events.findLastIndex(({ reason = "" }) => afterwards.has(reason)) + 1);
  const failed = going.filter(({ reason = "", message = "" }) => failures.has(reason) && !passing.test(message));
  // That its time is over says less than why.
  const telling = failed.findLast(
    ({ message = "" }) => !/timed out waiting for the condition|timeout expired/.test(message),
  );
  const event = telling ?? failed.at(-1);
  if (event === undefined) return undefined;
  const object = `Pod/${pod.metadata.name}`;
  const message = event.message?.trim() ?? "";
  const missing = missingConfiguration(subject, pod, message);
  if (missing !== undefined) return { ...missing, object, message };
  const waited = elapsed(
    subject,
    conditionOf(pod, "PodScheduled")?.lastTransitionTime ?? pod.metadata.creationTimestamp,
  );
  const sandbox = event.reason === "FailedCreatePodSandBox";
  return {
    code: sandbox ? "SandboxFailed" : "MountFailed",
    severity: waited > unremarkable ? "likely" : "transient",
    summary: sandbox
      ? `the node cannot set up the network of ${who(subject)}`
      : `the node cannot mount a volume of ${who(subject)}`,
    object,
    ...(message === "" ? {} : { message }),
    advice: sandbox
      ? "the cluster's owner must see to the node's network plugin"
      : "the message names the volume: see that what it points to exists and is not in use elsewhere",
  };
}
