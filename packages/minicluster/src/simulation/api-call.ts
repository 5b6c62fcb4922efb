import { parseResourcePath } from "../http/resource-path.ts";
import type { SimulatedRequest } from "./in-process-api.ts";

/** One request to the API of a simulated cluster. */
export interface ApiCall {
  /** 1, 2, 3, ... over all clusters and clients, in the order in which they are sent. */
  readonly number: number;
  readonly client: string;
  readonly cluster: string;
  readonly verb: ApiVerb;
  /** The plural, with a subresource behind a slash; "" for what is no object: the version, reviews of rights. */
  readonly resource: string;
  readonly namespace: string;
  /** "" for lists, watches and creates. */
  readonly name: string;
  /** Changes something when it succeeds. */
  readonly writes: boolean;
}

export type ApiVerb = "get" | "list" | "watch" | "create" | "update" | "patch" | "apply" | "delete";

export function apiCall(of: Pick<ApiCall, "number" | "client" | "cluster">, request: SimulatedRequest): ApiCall {
  const [pathname = "/", search = ""] = request.path.split("?", 2);
  const query = new URLSearchParams(search);
  const asked = (name: string): string => request.query?.[name] ?? query.get(name) ?? "";
  const path = parseResourcePath(pathname);
  const verb = verbOf(request, asked("watch"), path?.name ?? "");
  const isDryRun = asked("dryRun") !== "";
  return {
    ...of,
    verb,
    resource: path === undefined ? "" : [path.kind.resource, path.subresource].filter((part) => part !== "").join("/"),
    namespace: path?.namespace ?? "",
    name: path?.name ?? "",
    writes: path !== undefined && !isDryRun && verb !== "get" && verb !== "list" && verb !== "watch",
  };
}

function verbOf(request: SimulatedRequest, watch: string, name: string): ApiVerb {
  switch (request.method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return request.body?.contentType === "application/apply-patch+yaml" ? "apply" : "patch";
    case "DELETE":
      return "delete";
    default:
      if (watch === "1" || watch === "true") return "watch";
      return name === "" ? "list" : "get";
  }
}
