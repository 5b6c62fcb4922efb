import { notAcceptable } from "../status.ts";

/** How the client wants objects: as they are, as a table for people, or their metadata only. */
export interface Representation {
  readonly as: "object" | "table" | "metadata" | "metadata list";
  readonly yaml: boolean;
}

/** Chooses from an `Accept` header; throws `ApiError` 406 when there is nothing that we write. */
export function negotiate(accept: string | undefined): Representation {
  const ranges = (accept ?? "").split(",").map((range) => range.trim());
  if (accept === undefined || accept.trim() === "") return { as: "object", yaml: false };
  for (const range of ranges) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const values = new Map(
      parameters.map((parameter): [string, string] => {
        const [name = "", value = ""] = parameter.split("=", 2);
        return [name, value];
      }),
    );
    const yaml = type === "application/yaml";
    if (!yaml && !["application/json", "application/*", "*/*"].includes(type)) continue;
    const as = values.get("as");
    if (as === undefined) return { as: "object", yaml };
    if (values.get("g") !== "meta.k8s.io" || values.get("v") !== "v1") continue;
    if (as === "table") return { as: "table", yaml };
    if (as === "partialobjectmetadata") return { as: "metadata", yaml };
    if (as === "partialobjectmetadatalist") return { as: "metadata list", yaml };
  }
  throw notAcceptable(["application/json", "application/yaml"]);
}
