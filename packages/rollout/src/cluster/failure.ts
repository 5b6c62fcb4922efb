import { admissionRefusal, type Cause, type CauseCode } from "@fairway/diagnosis";
import { ClusterError } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { ForeignObject, InventoryAhead } from "./ownership.ts";
import { ShareNotTaken } from "./share-out.ts";

interface Words {
  readonly code: CauseCode;
  readonly summary: string;
  readonly advice: string;
}

/** A refusal of a cluster in a developer's words: for the findings of prepare and for the causes of later phases. */
export interface Refusal extends Words {
  readonly message: string;
}

/** Says what an error of the Cluster port means. `what`: the object that was to be written, `Deployment/user-a`. */
export function refusalOf(error: unknown, what: string): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ForeignObject) {
    return {
      code: "ForeignObject",
      summary: `${error.object} exists and does not belong to this service`,
      message,
      advice: "choose another service name, or let its owner delete it",
    };
  }
  if (error instanceof InventoryAhead) {
    return {
      code: "InventoryAhead",
      summary: "another Fairway platform drives this service here",
      message,
      advice: "let only one platform drive a cluster; after a restored database, ask its owner to raise its epochs",
    };
  }
  if (error instanceof ShareNotTaken) {
    return {
      code: "ShareNotTaken",
      summary: "what shares requests out does not do what it was told",
      message,
      advice:
        "look at the status of the route or of the Service, and whether the cluster's gateway runs; then deploy again",
    };
  }
  if (!(error instanceof ClusterError)) {
    return {
      code: "InternalError",
      summary: `${what} could not be written`,
      message,
      advice: "this is a fault of Fairway: look at the server's log",
    };
  }
  const fields = error.fields.map((field) =>
    [field.field, field.manager === undefined ? undefined : `(owned by ${field.manager})`, withoutDump(field.message)]
      .filter(Boolean)
      .join(" "),
  );
  return { ...words(error, what), message: fields.length > 0 ? fields.join("; ") : message };
}

function words(error: ClusterError, what: string): Words {
  switch (error.code) {
    case "unreachable":
      return {
        code: "ClusterUnreachable",
        summary: `cluster ${error.cluster} cannot be reached`,
        advice: `check that cluster ${error.cluster} is up: fairway clusters; to go on without it: fairway cluster lost ${error.cluster}`,
      };
    case "unauthenticated":
      return {
        code: "CredentialsRefused",
        summary: `cluster ${error.cluster} does not accept our credentials`,
        advice: `register the cluster again with a valid kubeconfig: fairway cluster add ${error.cluster}`,
      };
    case "forbidden":
      return {
        code: "PermissionMissing",
        summary: `cluster ${error.cluster} does not let us write ${what}`,
        advice: "the cluster's owner must grant the right that the message names",
      };
    case "field-conflict": {
      const manager = error.fields.find((field) => field.manager !== undefined)?.manager;
      return {
        code: "FieldConflict",
        summary: `${what} has a field that ${manager ?? "somebody else"} owns`,
        advice:
          "set it to the same value with the tool that owns it (equal values do not conflict), or take it out of app.toml",
      };
    }
    case "invalid":
      return /immutable|cannot change|updates to .* are forbidden/i.test(
        [error.message, ...error.fields.map((field) => field.message)].join(" "),
      )
        ? {
            code: "ImmutableField",
            summary: `${what} would change a field that cannot be changed`,
            advice: "remove the service and deploy it anew, or take the change back",
          }
        : {
            code: "InvalidObject",
            summary: `the cluster refuses ${what}`,
            advice: "correct what the message names in app.toml; if it is not there, this is a fault of Fairway",
          };
    case "quota-exceeded":
    case "denied":
      return (
        admissionRefusal(error.message, what) ?? {
          code: "PolicyDenied",
          summary: `a policy of the cluster refuses ${what}`,
          advice: "change what the policy names, or ask the cluster's owner",
        }
      );
    case "no-dry-run":
      return {
        code: "DryRunUnsupported",
        summary: `${what} cannot be tried`,
        advice: "a webhook of the cluster says nothing without a real write: ask the cluster's owner",
      };
    default:
      return {
        code: "ClusterError",
        summary: `${what} could not be written`,
        advice: "the message says what the cluster objects to; deploy again when it is mended",
      };
  }
}

/** Without a whole object in the notation of Go, variables included, of which nobody reads the reason behind it. */
export function withoutDump(message: string): string {
  return message.replace(/^Invalid value: [^{}]*\{[\s\S]*\}[^{}]*?: (?=[^{}]*$)/, "");
}

/** The same as a cause, for a failure after prepare. */
export function causeOf(error: unknown, cluster: string, what: string): Cause {
  const { code, summary, message, advice } = refusalOf(error, what);
  return { code, severity: "fatal", summary, cluster, object: what, count: 1, message, advice };
}

/** The same as a finding of prepare. @param fields what is better said than the API's own words for them */
export function refusalFinding(cluster: string, error: unknown, what: string, fields?: string): PrepareFinding {
  const { code, summary, advice, ...refusal } = refusalOf(error, what);
  const message = fields ?? refusal.message;
  return { cluster, code, message: summary === message ? summary : `${summary}: ${message}`, advice };
}
