import { fieldsAt, listAt, textAt, wordsAt } from "./json-fields.ts";

/**
 * What a container before the service is for: `beside` runs on beside it, `waits` for something that a restart would find too,
 * `migrates` with the service's own image, `prepares` something that the service needs, or only another container (`serves-others`).
 */
export type InitRole = "beside" | "waits" | "migrates" | "prepares" | "serves-others";

/** The role of an init container of a pod whose service is `container`. */
export function initRole(one: unknown, container: unknown): InitRole {
  const words = commandLine(one);
  const text = `${textAt(one, "name")} ${words.join(" ")}`;
  if (textAt(one, "restartPolicy") === "Always") return "beside";
  if (/\b(until|wait-for|waitfor|nc -z|nslookup|pg_isready|wait4x|dockerize)\b/.test(text)) return "waits";
  const sameImage = textAt(one, "image") === textAt(container, "image");
  if (sameImage && words.length > 0 && /migrat|schema|artisan|alembic|flyway|liquibase|db:/.test(text))
    return "migrates";
  const mounted = volumesIn(one);
  const shared = mounted.some((name) => volumesIn(container).includes(name));
  return mounted.length > 0 && !shared ? "serves-others" : "prepares";
}

/** Names of the volumes that a container mounts. */
export function volumesIn(container: unknown): readonly string[] {
  return listAt(fieldsAt(container), "volumeMounts").flatMap((mount) => textAt(mount, "name") ?? []);
}

export function commandLine(container: unknown): readonly string[] {
  return [...(wordsAt(container, "command") ?? []), ...(wordsAt(container, "args") ?? [])];
}
