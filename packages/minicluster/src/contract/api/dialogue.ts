import { isObject, type JsonObject, objectsAt, textAt } from "../../json.ts";
import type { ContractCluster, Register } from "../contract-cluster.ts";
import type { Answer, RequestOptions } from "../kubernetes-client.ts";
import { type Masking, masked } from "./masked.ts";
import { matchRecord } from "./record.ts";

const prefixes: Readonly<Record<string, string>> = {
  deployments: "apis/apps/v1",
  replicasets: "apis/apps/v1",
  jobs: "apis/batch/v1",
  cronjobs: "apis/batch/v1",
  leases: "apis/coordination.k8s.io/v1",
  endpointslices: "apis/discovery.k8s.io/v1",
  horizontalpodautoscalers: "apis/autoscaling/v2",
  ingresses: "apis/networking.k8s.io/v1",
  networkpolicies: "apis/networking.k8s.io/v1",
  poddisruptionbudgets: "apis/policy/v1",
};

const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

interface Ask extends RequestOptions {
  /** What of the body is noted; all of it unless given. */
  readonly show?: (body: JsonObject) => unknown;
  /** Only code and reason of a failure are noted: its words tell of the server's insides. */
  readonly loosely?: boolean;
}

/**
 * Requests whose answers must be those that a real API server gave. A path is short for the one in the case's namespace
 * (`deployments/web/status`), or begins with a slash and is whole.
 */
export interface Dialogue {
  readonly cluster: ContractCluster;
  readonly namespace: string;
  /** The whole path of a short one. */
  path(short: string): string;
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
  get(path: string, options?: Ask): Promise<Answer>;
  post(path: string, body: unknown, options?: Ask): Promise<Answer>;
  put(path: string, body: unknown, options?: Ask): Promise<Answer>;
  patch(how: keyof typeof patchTypes, path: string, body: unknown, options?: Ask): Promise<Answer>;
  del(path: string, options?: Ask): Promise<Answer>;
  /** A request that only prepares: it must succeed, and is not noted. */
  prepare(method: string, path: string, body?: unknown, contentType?: string): Promise<JsonObject>;
  /** Notes something else that both clusters must agree on. */
  note(title: string, value: unknown): void;
}

/**
 * Registers dialogues of one subject. What was answered, masked, is compared with what a real API server answered: it
 * lies in `testdata/contract/<subject>.json` by the case's title.
 */
export function dialogues(
  each: Register,
  subject: string,
  masking: Masking = {},
): (title: string, talk: (dialogue: Dialogue) => Promise<void>) => void {
  return (title, talk) =>
    each(title, async (cluster, namespace) => {
      const notes: JsonObject[] = [];
      const path = (short: string) => wholePath(short, namespace);
      const note = (of: string, value: unknown) => {
        notes.push({ asked: of.replaceAll(namespace, "<namespace>"), ...noteOf(masked(value, namespace, masking)) });
      };
      const ask = async (method: string, short: string, { show, loosely, ...options }: Ask = {}): Promise<Answer> => {
        const answer = await cluster.client.request(method, path(short), options);
        const { code, headers, body, text } = answer;
        const warnings = headers["warning"];
        const { reason = null } = body;
        const whole =
          loosely === true && code >= 400
            ? { reason }
            : Object.keys(body).length > 0
              ? foldedFailure(code, body)
              : text;
        const shown = code >= 400 || show === undefined ? whole : show(body);
        const how = Object.entries(patchTypes).find(([, type]) => type === options.contentType)?.[0];
        note(how === undefined ? `${method} ${short}` : `${method} ${how} ${short}`, {
          code,
          ...(warnings === undefined ? {} : { warnings }),
          answer: shown ?? null,
        });
        return answer;
      };
      await talk({
        cluster,
        namespace,
        path,
        ask,
        note,
        get: (short, options) => ask("GET", short, options),
        post: (short, body, options) => ask("POST", short, { ...options, body }),
        put: (short, body, options) => ask("PUT", short, { ...options, body }),
        patch: (how, short, body, options) => ask("PATCH", short, { ...options, body, contentType: patchTypes[how] }),
        del: (short, options) => ask("DELETE", short, options),
        async prepare(method, short, body, contentType) {
          const answer = await cluster.client.request(method, path(short), {
            ...(body === undefined ? {} : { body }),
            ...(contentType === undefined ? {} : { contentType }),
          });
          if (answer.code >= 300) throw new Error(`${method} ${short}: ${answer.text}`);
          return answer.body;
        },
      });
      matchRecord(subject, title, notes);
    });
}

/** A failure that has the usual form, without what is the same in all of them. */
function foldedFailure(code: number, body: JsonObject): JsonObject {
  const { kind, apiVersion, metadata, status, code: told, ...rest } = body;
  const usual = kind === "Status" && apiVersion === "v1" && status === "Failure" && told === code;
  if (!usual || !isObject(metadata) || Object.keys(metadata).length > 0) return body;
  const { details } = rest;
  const causes = isObject(details) ? objectsAt(details, "causes") : [];
  // The API server gives conflicts in an order of chance.
  if (!causes.some((cause) => cause["reason"] === "FieldManagerConflict")) return rest;
  const sorted = [...causes].sort((a, b) => (textAt(a, "field") < textAt(b, "field") ? -1 : 1));
  return { ...rest, details: { ...Object(details), causes: sorted } };
}

function noteOf(value: unknown): JsonObject {
  const json: unknown = JSON.parse(JSON.stringify(value));
  return isObject(json) && "answer" in json
    ? json
    : { answer: isObject(json) || Array.isArray(json) ? json : String(json) };
}

function wholePath(short: string, namespace: string): string {
  if (short.startsWith("/")) return short;
  const resource = /^[a-z]*/.exec(short)?.[0] ?? "";
  return `/${prefixes[resource] ?? "api/v1"}/namespaces/${namespace}/${short}`;
}

/** Names of the objects of a list or table, in its order. */
export function namesOf(list: JsonObject): string[] {
  const items = list["items"];
  return Array.isArray(items) ? items.map((item) => textAt(item, "metadata", "name")) : [];
}
