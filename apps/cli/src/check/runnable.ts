import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { commandOf } from "@fairway/manifests";
import type { ServiceSpec } from "@fairway/spec";

/** Why this machine cannot run a service; undefined when it can. */
export async function notRunnable(spec: ServiceSpec, path: string | undefined): Promise<string | undefined> {
  if (spec.build.image !== undefined || spec.engine.name === "image") return "it runs a ready image";
  const words = commandOf(spec);
  if (words === undefined) return "app.toml does not say what starts it";
  const first = words[0] ?? "";
  const program =
    first === "sh" && words[1] === "-c" ? (/^(?:exec\s+)?([\w./-]+)/.exec(words[2] ?? "")?.[1] ?? "sh") : first;
  const wanted = spec.engine.name === "golang" && spec.build.command === undefined ? "go" : program;
  // What lies in the folder is there after the build.
  if (wanted.includes("/") && !isAbsolute(wanted)) return undefined;
  const folders = isAbsolute(wanted) ? [""] : (path ?? "").split(delimiter);
  for (const folder of folders) {
    const found = await access(join(folder, wanted), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return undefined;
  }
  return `there is no ${wanted} on this machine`;
}
