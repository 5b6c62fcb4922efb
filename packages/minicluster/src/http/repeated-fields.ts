import { mediaType } from "./request-body.ts";

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]/gs;

/**
 * Paths of the fields that stand more than once in one object of a JSON body, in the order in which the second one comes;
 * `JSON.parse` takes the last and says nothing. Other media types have none here. The body must be valid.
 */
export function repeatedFields(body: Buffer, contentType: string | undefined): readonly string[] {
  const type = mediaType(contentType);
  if (type !== "" && type !== "application/json") return [];
  const repeated: string[] = [];
  const open: { readonly path: string; readonly keys: Set<string> | undefined; index: number; child: string }[] = [];
  let last = "";
  for (const [part] of body.toString("utf8").matchAll(token)) {
    const inside = open.at(-1);
    if (part === "{" || part === "[") {
      const path =
        inside === undefined ? "" : inside.keys === undefined ? `${inside.path}[${inside.index}]` : inside.child;
      open.push({ path, keys: part === "{" ? new Set() : undefined, index: 0, child: "" });
    } else if (part === "}" || part === "]") open.pop();
    else if (part === "," && inside !== undefined) inside.index += 1;
    else if (part === ":" && inside?.keys !== undefined) {
      const key = String(JSON.parse(last));
      inside.child = inside.path === "" ? key : `${inside.path}.${key}`;
      if (inside.keys.has(key)) repeated.push(inside.child);
      inside.keys.add(key);
    }
    last = part;
  }
  return repeated;
}
