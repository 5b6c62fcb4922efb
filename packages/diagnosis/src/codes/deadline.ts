import type { Finding } from "../cause.ts";
import { type Branch, type Subject, who } from "../subject.ts";

/**
 * The Deployment says that it made no progress for its deadline. A symptom: asked for only when nothing better is
 * known. A condition of an earlier generation, or about another replica set, is old news.
 */
export function deadlineFinding(subject: Subject, { workload, maker }: Branch): Finding | undefined {
  if (workload.status?.observedGeneration !== workload.metadata.generation || maker === undefined) return undefined;
  const condition = workload.status?.conditions?.find((one) => one.type === "Progressing");
  if (condition?.status !== "False" || condition.reason !== "ProgressDeadlineExceeded") return undefined;
  if (condition.message?.includes('"') && !condition.message.includes(`"${maker.metadata.name}"`)) return undefined;
  return {
    code: "DeadlineExceeded",
    severity: "likely",
    summary: `${who(subject)} made no progress for too long`,
    object: `Deployment/${workload.metadata.name}`,
    ...(condition.message ? { message: condition.message } : {}),
    advice: "look at the events and the log of its pods",
  };
}
