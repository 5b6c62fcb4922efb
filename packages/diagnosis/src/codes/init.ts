import type { Finding } from "../cause.ts";
import { type ContainerView, elapsed, type Subject, who } from "../subject.ts";

/** An init container has work to do, in milliseconds. */
const late = 60_000;

/** An init container that runs and does not come to its end: nothing behind it starts. */
export function initFinding(subject: Subject, { status, pod, role }: ContainerView): Finding | undefined {
  const { running } = status.state ?? {};
  if (role !== "init" || running === undefined) return undefined;
  return {
    code: "InitFailed",
    severity: elapsed(subject, running.startedAt) > late ? "likely" : "transient",
    summary: `${who(subject)} waits for its init container ${status.name}`,
    object: `Pod/${pod.metadata.name}`,
    container: status.name,
    advice: "let it end with 0 when its work is done; its log says what it waits for",
  };
}
