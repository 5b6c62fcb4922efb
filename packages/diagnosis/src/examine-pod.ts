import type { Pod } from "@fairway/objects";
import type { Finding } from "./cause.ts";
import { configurationFinding } from "./codes/configuration.ts";
import { crashFinding } from "./codes/crash.ts";
import { imageFinding } from "./codes/image.ts";
import { initFinding } from "./codes/init.ts";
import { mountFinding } from "./codes/mount.ts";
import { nodeLostFinding } from "./codes/node.ts";
import { readinessFinding } from "./codes/readiness.ts";
import { schedulingFinding } from "./codes/scheduling.ts";
import { startupFinding } from "./codes/startup.ts";
import { volumeFinding } from "./codes/volume.ts";
import { containersOf, type Subject } from "./subject.ts";

/** What stands first explains what would be found further down: of the whole pod, then for each container. */
const ofPod = [nodeLostFinding, volumeFinding, schedulingFinding, mountFinding] as const;
const ofContainer = [
  imageFinding,
  configurationFinding,
  crashFinding,
  initFinding,
  startupFinding,
  readinessFinding,
] as const;

/** Why a pod that should run does not. */
export function examinePod(subject: Subject, pod: Pod): readonly Finding[] {
  const whole = ofPod.map((look) => look(subject, pod)).find((finding) => finding !== undefined);
  const findings =
    whole !== undefined
      ? [whole]
      : containersOf(pod)
          .map((view) => ofContainer.map((look) => look(subject, view)).find((finding) => finding !== undefined))
          .filter((finding) => finding !== undefined);
  const node = pod.spec?.nodeName;
  return node === undefined ? findings : findings.map((finding) => ({ ...finding, node }));
}
