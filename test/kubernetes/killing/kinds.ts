/** Kinds of rollouts that are hurt: what is rolled out, and how it ends. */
import { answering } from "../../traffic/answering.ts";

export interface Kind {
  readonly ends: "succeeded" | "failed";
  /** Goes back to the release that was active before the present one. */
  readonly isRollback?: true;
  /** Of its `app.toml`. */
  readonly deploy: string;
  /** Its pods crash. */
  readonly crashes?: true;
}

/** What crashes is not waited for: its pods' back-off would take longer than all else. */
const impatient = 'timeout = "5s"\n';
const canary = 'strategy = "canary"\nsteps = [{ weight = 50, hold = "1s" }]\n';

export const kinds = {
  rolling: { ends: "succeeded", deploy: "" },
  "blue-green": { ends: "succeeded", deploy: 'strategy = "blue-green"\n' },
  canary: { ends: "succeeded", deploy: canary },
  rollback: { ends: "succeeded", isRollback: true, deploy: "" },
  "rolling-fails": { ends: "failed", crashes: true, deploy: impatient },
  "canary-fails": { ends: "failed", crashes: true, deploy: impatient + canary },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof kinds;
export const kindNames: readonly KindName[] = [
  "rolling",
  "blue-green",
  "canary",
  "rollback",
  "rolling-fails",
  "canary-fails",
];

/** The release as an `app.toml`: so many replicas of a ready image, which answer with `text`. */
export function appTomlOf(
  service: { readonly name: string; readonly replicas: number },
  text: string,
  kind: Kind,
  image: string,
): string {
  const env = kind.crashes === true ? { CRASH: "yes" } : {};
  const tables = `[build]\nimage = "${image}"\n[deploy]\n${kind.deploy}`;
  // A ready image brings its own engine.
  return answering(service.name, text, { replicas: service.replicas, env, tables }).replace(
    '[engine]\nname = "node"\n',
    "",
  );
}
