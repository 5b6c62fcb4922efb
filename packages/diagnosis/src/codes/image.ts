import type { Pod } from "@fairway/objects";
import type { CauseCode, Finding, Severity } from "../cause.ts";
import { type ContainerView, elapsed, eventsOf, firstTime, type Subject, who } from "../subject.ts";

const reasons = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
]);

/** Reasons of one that is tried again: at the first and while it waits for the next. */
const pulls = new Set(["ErrImagePull", "ImagePullBackOff"]);
/** So long after the first failure, or the pod's creation if nobody tells, it has been tried twice: the first back-off is 10 s. In milliseconds. */
const secondTry = 30_000;

/** How long a registry may be away before that is worth a word, in milliseconds. */
const registryPatience = 60_000;

/**
 * An image that cannot be had. A slow pull shows the reason ContainerCreating and is none of these. The pod's phase
 * stays Pending in all cases, so only the waiting reason tells.
 */
export function imageFinding(subject: Subject, { status, spec, pod }: ContainerView): Finding | undefined {
  const waiting = status.state?.waiting;
  const reason = waiting?.reason;
  if (reason === undefined || !reasons.has(reason)) return undefined;
  const image = spec?.image ?? status.image ?? "the image";
  const said = [
    waiting?.message,
    ...eventsOf(subject, pod)
      .filter((event) => event.reason === "Failed")
      .map((event) => event.message)
      .toReversed(),
  ].filter((text) => text !== undefined);
  const telling = said.find((text) => /not found|manifest unknown|unauthorized|denied|forbidden/i.test(text));
  const whole = (telling ?? said[0])?.trim();
  const code = codeOf(reason, whole ?? "");
  const message = innermost(whole, image);
  return {
    code,
    severity: severityOf(subject, pod, code, reason),
    ...words(code, who(subject), image),
    ...(reason === "ErrImageNeverPull" ? neverPulled(who(subject), image) : {}),
    ...(/no match for platform/.test(whole ?? "") ? otherPlatform(who(subject), image) : {}),
    object: `Pod/${pod.metadata.name}`,
    container: status.name,
    ...(message ? { message } : {}),
  };
}

/** A container runtime names the image again in each layer of its error; what follows the last one is the matter. */
function innermost(message: string | undefined, image: string): string | undefined {
  const parts = message?.split(image) ?? [];
  const reason = parts.length > 1 ? parts.at(-1)?.replace(/^"/, "") : undefined;
  return reason?.startsWith(": ") ? `${image}${reason}` : message;
}

function neverPulled(subject: string, image: string): Pick<Finding, "summary" | "advice"> {
  return {
    summary: `the image of ${subject} is not on the node, which may not pull it`,
    advice: `let imagePullPolicy of ${image} be IfNotPresent, or load the image on every node`,
  };
}

function otherPlatform(subject: string, image: string): Pick<Finding, "summary" | "advice"> {
  return {
    summary: `the image of ${subject} is made for other processors than the node's`,
    advice: `build ${image} for the platform of the cluster's nodes too (docker buildx build --platform)`,
  };
}

function codeOf(reason: string, message: string): CauseCode {
  if (reason === "InvalidImageName") return "InvalidImageName";
  if (reason === "ErrImageNeverPull") return "ImageNotFound";
  if (reason === "ImageInspectError") return "ImageInspectError";
  // Registries answer "denied" for a repository that does not exist when nobody is signed in: without a clear
  // "not found" it counts as a matter of rights.
  if (/not found|manifest unknown|no such (image|manifest|snapshot)|does not exist/i.test(message)) {
    return /denied|unauthorized/i.test(message) ? "ImagePullDenied" : "ImageNotFound";
  }
  if (/unauthorized|denied|forbidden|authentication required|\b40[13]\b/i.test(message)) return "ImagePullDenied";
  return "RegistryUnavailable";
}

/** The first failed pull may meet a registry that has not yet seen the push; the second one does not. */
function severityOf(subject: Subject, pod: Pod, code: CauseCode, reason: string): Severity {
  const age = elapsed(subject, pod.metadata.creationTimestamp);
  if (code === "ImageInspectError") return "likely";
  if (code === "RegistryUnavailable") return age > registryPatience ? "likely" : "transient";
  if (!pulls.has(reason)) return "fatal";
  const failures = eventsOf(subject, pod).filter(
    (event) => event.reason === "Failed" && event.message?.startsWith("Failed to pull image"),
  );
  const tries = failures.reduce((sum, { count = 1, series }) => sum + (series?.count ?? count), 0);
  const first = firstTime(failures);
  const waited = first === undefined ? age : subject.now - first;
  return tries > 1 || waited > secondTry ? "fatal" : "likely";
}

function words(code: CauseCode, subject: string, image: string): Pick<Finding, "summary" | "advice"> {
  switch (code) {
    case "InvalidImageName":
      return {
        summary: `the image name of ${subject} is not valid`,
        advice: `correct the image in app.toml: ${image}`,
      };
    case "ImageNotFound":
      return {
        summary: `the image of ${subject} does not exist`,
        advice: `build and push it, or correct its name: ${image}`,
      };
    case "ImagePullDenied":
      return {
        summary: `the cluster may not pull the image of ${subject}`,
        advice: `check that ${image} exists and that the cluster has a pull secret for its registry`,
      };
    case "ImageInspectError":
      return {
        summary: `the node cannot read its copy of the image of ${subject}`,
        advice: `the cluster's owner must see to the node's container runtime; ${image} may be damaged there`,
      };
    default:
      return {
        summary: `the image of ${subject} cannot be pulled now`,
        advice: `check that the registry of ${image} can be reached from the cluster`,
      };
  }
}
